"""veraPDF, which says whether a PDF keeps to PDF/UA-1: a tool of the tests (MPL-2.0 or GPL-3.0), never shipped."""

import hashlib
import os
import subprocess
from pathlib import Path

from deploy.servers import FOLDER, java, record

POM = Path(__file__).parent / "pom.xml"
COMMAND = "org.verapdf.apps.GreenfieldCliWrapper"


def check(pdf: Path) -> str:
    """What it says of a file: PASS or FAIL, and each rule that is broken. Raises java.Missing where it is not there."""
    command = [java.java(), "-Xmx512m", "-cp", _classpath(FOLDER), COMMAND, "--flavour", "ua1", "--format", "text"]
    done = subprocess.run([*command, "-v", str(pdf)], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def _classpath(folder: Path) -> str:
    """Its jars, from Maven's own store; asked of Maven again when the pom is another, or a jar has gone."""
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    kept = folder.resolve() / "verapdf" / f"classpath-{digest}.txt"
    if not kept.exists() or not all(Path(jar).exists() for jar in kept.read_text().split(os.pathsep)):
        kept.parent.mkdir(parents=True, exist_ok=True)
        goal = ["dependency:build-classpath", "-DincludeScope=runtime", f"-Dmdep.outputFile={kept}"]
        with record.alone(POM):
            done = subprocess.run(
                [java.maven(), "--batch-mode", "--quiet", "--file", str(POM), *goal],
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            kept.unlink(missing_ok=True)
            raise java.Missing(f"Maven could not fetch veraPDF:\n{(done.stdout + done.stderr).strip()[-2000:]}")
    return kept.read_text()
