"""Java and Maven: the only things that must be on the machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

OLDEST_JAVA = 17


class Missing(Exception):  # noqa: N818
    """Something must be installed first; the sentence says what and how."""


def java() -> str:
    """Path of a Java that Kafka runs on."""
    return _found(_java, f"Java {OLDEST_JAVA} or later")


def maven() -> str:
    """Path of mvn."""
    return _found(lambda: shutil.which("mvn"), "Maven")


def _found(look: Callable[[], str | None], what: str) -> str:
    path = look()
    if path is None and _may_install():
        _install()
        path = look()
    if path is None:
        raise Missing(
            f"Apache Kafka needs {what}, which is not on this machine. Install it: "
            "on Debian or Ubuntu `sudo apt-get install maven default-jre-headless`, on macOS `brew install maven`."
        )
    return path


def _java() -> str | None:
    """The first that is new enough: JAVA_HOME may name an old one that other work on the machine needs."""
    home = os.environ.get("JAVA_HOME")
    for path in (home and shutil.which("java", path=str(Path(home) / "bin")), shutil.which("java")):
        if path and _major_version(path) >= OLDEST_JAVA:
            return path
    return None


def _major_version(path: str) -> int:
    """17 for a Java 17, and 0 for a thing named java that is none, such as the one a Mac has from new."""
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else 0


def _may_install() -> bool:
    """Only on a CI machine, which is nobody's own, and only where it can be done without a password."""
    return os.environ.get("CI", "") not in ("", "0", "false") and os.geteuid() == 0 and bool(shutil.which("apt-get"))


def _install() -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "maven", "default-jre-headless"]):
        command = ["apt-get", "-qq", *step]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=quiet)
        if done.returncode:
            raise Missing(f"`{' '.join(command)}` failed: {done.stderr.strip()[-1000:]}")
