"""A server's process: it outlives the command that started it, and is known again by its command line."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

POLL_SECONDS = 0.05


def spawn(command: Sequence[str], log: Path) -> int:
    """Start a command, its output appended to a log, and give its process id.

    Not subprocess.Popen: that warns when it is forgotten while its process runs, and tests turn warnings into errors.
    A session of its own keeps a Ctrl+C in the terminal from reaching the server.
    """
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(command[0], list(command), dict(os.environ), file_actions=files, setsid=True)


def is_running(pid: int, mark: str) -> bool:
    """Whether this process runs and is ours: after a restart of the machine its number may be somebody else's.

    mark: an argument of its command line that no other process has.
    """
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return _is_there(pid) and mark in psutil.Process(pid).cmdline()
    return False


def end(processes: Iterable[tuple[int, str]], *, patience: float) -> None:
    """Ask each to end, wait up to patience seconds for all of them, then kill what is left. Blocks."""
    left = [(pid, mark) for pid, mark in processes if is_running(pid, mark)]
    _signal(left, signal.SIGTERM)
    left = _outlast(left, patience)
    kill(left)


def kill(processes: Iterable[tuple[int, str]]) -> None:
    """Send kill -9 and wait until they are gone: the next one needs their port and their lock on the data."""
    left = [(pid, mark) for pid, mark in processes if is_running(pid, mark)]
    _signal(left, signal.SIGKILL)
    if _outlast(left, 10):
        raise TimeoutError(f"Processes {[pid for pid, _ in left]} did not end within 10 s of kill -9.")


def _signal(processes: Iterable[tuple[int, str]], number: signal.Signals) -> None:
    for pid, _ in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _outlast(processes: list[tuple[int, str]], seconds: float) -> list[tuple[int, str]]:
    deadline = time.monotonic() + seconds
    left = processes
    while left and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        left = [(pid, mark) for pid, mark in left if _is_there(pid)]
    return left


def _is_there(pid: int) -> bool:
    """Not asked by the command line: a process that is ending loses that while it still holds its port and its lock."""
    # One that this process started keeps its number after its end until somebody asks how it ended.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        # A Java whose first thread has ended is called a zombie while its other threads still write.
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    return False
