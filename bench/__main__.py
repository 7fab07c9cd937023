"""Run measurements by name, all of them if none is named."""

import importlib
import pkgutil
import sys
from pathlib import Path

NAMES = [
    module.name
    for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    if hasattr(importlib.import_module(f"bench.{module.name}"), "MEASURES")
]


def main() -> int:
    wanted = sys.argv[1:] or NAMES
    if unknown := set(wanted) - set(NAMES):
        print(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    return max(int(importlib.import_module(f"bench.{name}").main()) for name in wanted)


if __name__ == "__main__":
    sys.exit(main())
