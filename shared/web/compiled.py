"""Templates as they were compiled before, so that a process need not do it anew at each start."""

import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

FOLDER = Path(__file__).parent / "__pycache__"


class Compiled(FileSystemBytecodeCache):
    """Kept as Python keeps modules: where and when these may be written, one file for each name of a template.

    `of` tells apart templates that have the same name. Jinja goes by the text, so a changed one is compiled anew.
    """

    def __init__(self, of: str) -> None:
        super().__init__(str(FOLDER), f"{of}-%s.jinja-{jinja2.__version__}.{sys.implementation.cache_tag}")

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002
        return super().get_cache_key(name)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # it is compiled
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):  # it is compiled again at the next start
                FOLDER.mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
