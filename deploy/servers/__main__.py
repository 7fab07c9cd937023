"""python -m deploy.servers start|stop [--folder FOLDER] [--wipe]"""

import argparse
import sys
from pathlib import Path

from deploy import servers


def main() -> int:
    asked = _arguments()
    try:
        if asked.verb == "start":
            _start(asked.folder)
        else:
            _stop(asked.folder, wipe=asked.wipe)
    except (servers.Missing, RuntimeError, TimeoutError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.servers", description="Real servers without Docker.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    start = verbs.add_parser("start", help="start what does not run, and wait until both answer")
    stop = verbs.add_parser("stop", help="end both; their data stay")
    stop.add_argument("--wipe", action="store_true", help="delete their data too")
    for verb in (start, stop):
        verb.add_argument("--folder", type=Path, default=servers.FOLDER, help="where they live (default: .servers)")
    return parser.parse_args()


def _start(folder: Path) -> None:
    ran = servers.running(folder)
    found = servers.start(folder)
    for which, server in servers.SERVERS.items():
        how = "was running already" if which in ran else "started"
        print(f"{server.TITLE} {how}: {getattr(found, which)}")


def _stop(folder: Path, *, wipe: bool) -> None:
    ended = servers.stop(folder, wipe=wipe)
    for which, server in servers.SERVERS.items():
        print(f"{server.TITLE} {'stopped' if which in ended else 'was not running'}.")


if __name__ == "__main__":
    sys.exit(main())
