"""The only module that starts processes: argument lists, a log file, a mark to find them again by.

Every process of a stack carries ``RSSBENCH_MARK=<mark>`` in its environment. The mark, not a stored pid, says
whose a process is: it survives fork and exec, cannot be mistaken after pids wrap, and needs no file to be
written between starting a process and knowing about it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from harness.errors import RssbenchError

#: Environment variable that marks every process of one stack or trial.
MARK_VARIABLE = "RSSBENCH_MARK"

#: How long a process may take to stop after SIGTERM before it is killed.
STOP_TIMEOUT_S = 5.0

Process = subprocess.Popen[bytes]

#: What :func:`run` returns.
Finished = subprocess.CompletedProcess[str]

#: Raised by ``Process.wait`` when its time is over.
Expired = subprocess.TimeoutExpired


def start(  # noqa: PLR0913  what a process is
    arguments: Sequence[str | Path],
    *,
    log_file: Path,
    mark: str,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    descriptors: Sequence[int] = (),
) -> Process:
    """Start a process in its own session, with stdout and stderr appended to ``log_file`` (mode 0600).

    ``descriptors``: what it gets of our open files, under the same numbers. RssbenchError when the program cannot
    be executed.
    """
    variables = dict(os.environ if environment is None else environment) | {MARK_VARIABLE: mark}
    descriptor = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        try:
            return subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=variables,
                cwd=directory,
                start_new_session=True,
                pass_fds=tuple(descriptors),
            )
        except OSError as error:
            raise RssbenchError(f"cannot start {arguments[0]}: {error.strerror}") from error


def run(
    arguments: Sequence[str | Path],
    *,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    text: str = "",
) -> Finished:
    """Run a command to its end with ``text`` as its input; its exit code, stdout and stderr as text.

    RssbenchError when it cannot be executed or takes longer than ``timeout_s``.
    """
    try:
        return subprocess.run(
            [str(argument) for argument in arguments],
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=None if environment is None else dict(environment),
            cwd=directory,
            check=False,
        )
    except OSError as error:
        raise RssbenchError(f"cannot start {arguments[0]}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise RssbenchError(f"{arguments[0]} did not finish within {timeout_s:.0f} s") from error


def marked_processes(mark: str) -> list[psutil.Process]:
    """All living processes that carry ``mark``, whoever their parent is now."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK_VARIABLE) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def stop_marked(mark: str, *, timeout_s: float = STOP_TIMEOUT_S) -> int:
    """End every process that carries ``mark``: SIGTERM, then SIGKILL after ``timeout_s``. Returns their number."""
    return stop_processes(marked_processes(mark), timeout_s=timeout_s)


def stop_processes(processes: Iterable[psutil.Process], *, timeout_s: float = STOP_TIMEOUT_S) -> int:
    """End these processes: SIGTERM, then SIGKILL after ``timeout_s``. Returns their number."""
    processes = list(processes)
    for number in (signal.SIGTERM, signal.SIGKILL):
        alive = [process for process in processes if process.is_running()]
        for process in alive:
            try:
                process.send_signal(number)
            except psutil.Error:
                continue
        psutil.wait_procs(alive, timeout=timeout_s)
    return len(processes)


def last_lines(log_file: Path, count: int = 20) -> str:
    """The last ``count`` lines of a log, for an error message; says so when there is none."""
    try:
        lines = log_file.read_text(errors="replace").splitlines()
    except OSError:
        return f"(no log at {log_file})"
    return "\n".join(lines[-count:]) or f"({log_file} is empty)"


def wait_seconds(duration_s: float) -> None:
    """Sleep; here so that waiting code has one seam for tests."""
    time.sleep(duration_s)
