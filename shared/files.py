"""Files that people sent: on a disk, outside of all that is served, under ids of ours."""

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

ID = re.compile(r"[0-9a-f]{32}")


class FileFolder:
    """A folder that all processes of a service share. Its names say nothing, and nothing in it can be run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def temporary(self) -> BinaryIO:
        """A file without a name, on the same disk: it is gone when it is closed, or when the process ends."""
        self._make()
        return tempfile.TemporaryFile(dir=self._folder)

    def put(self, id: str, content: BinaryIO) -> None:
        """All of `content` under this id; it is on the disk when this returns. What was there is replaced."""
        self._make()
        content.seek(0)
        with open(self.path(id), "wb", opener=_for_the_owner_alone) as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())

    def place_for(self, id: str) -> Path:
        """Where a process of ours may write what becomes the content under this id."""
        self._make()
        return self.path(id)

    def remove(self, id: str) -> None:
        """None there is no error."""
        self.path(id).unlink(missing_ok=True)

    def has(self, id: str) -> bool:
        return self.path(id).is_file()

    def path(self, id: str) -> Path:
        """Raises ValueError for what is no id, such as one that leads out of the folder."""
        if not ID.fullmatch(id):
            raise ValueError("not the id of a file")
        return self._folder / id

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _for_the_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
