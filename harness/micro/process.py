"""One process of a build that runs the micro-benchmarks and writes pytest-benchmark's JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import command
from harness.errors import SettingsError, StackError
from harness.micro.databases import MICRO, BuildDatabase

#: pytest's exit codes: all well, benchmarks failed (each is told with its reason), none selected.
_ENDED = (0, 1)
_NONE_SELECTED = 5


@dataclass(frozen=True)
class Course:
    """How benchmarks are run. ``select``: pytest's -k, empty for all. ``max_time_s``: CPU time of one benchmark at
    least. ``order_seed``, ``turns`` and ``side``: scenarios/micro/orders.py. ``hash_seed`` of None leaves the
    choice to Python."""

    select: str
    max_time_s: float
    min_time_s: float
    order_seed: int | None = None
    turns: Path | None = None
    side: str = ""
    hash_seed: int | None = None


class MicroProcess:
    """A process that has been started; ``tools`` is the folder of pytest. It ends with its database's stack."""

    def __init__(self, database: BuildDatabase, tools: Path, course: Course, json_file: Path) -> None:
        self._name = database.build.identity.name
        self._select = course.select
        self._json_file = json_file
        self._log_file = json_file.with_suffix(".log")
        orders = {
            "cfg": str(database.cfg_file),
            "order_seed": course.order_seed,
            "turns": course.turns and str(course.turns),
            "side": course.side,
        }
        plan = database.write_private(f"plan-{course.side or 'alone'}.json", json.dumps(orders))
        seed = {} if course.hash_seed is None else {"PYTHONHASHSEED": str(course.hash_seed)}
        self._process = command.start(
            [database.build.python, MICRO / "launcher.py", tools, *_arguments(course, json_file.absolute())],
            log_file=self._log_file,
            mark=database.stack.mark,
            environment=database.environment() | seed | {"RSSBENCH_MICRO_PLAN": str(plan)},
            directory=database.folder,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """StackError with the end of its output when it has failed; SettingsError when it had nothing to run."""
        code = self._process.poll()
        if code == _NONE_SELECTED:
            raise SettingsError([f"--select: no micro-benchmark has a name that fits {self._select!r}"])
        if code is not None and (code not in _ENDED or not self._json_file.exists()):
            raise StackError(
                f"the micro-benchmarks of {self._name} ended with exit code {code}; {self._log_file} ends with\n"
                f"{command.last_lines(self._log_file)}"
            )

    def wait(self, timeout_s: float) -> Path:
        """Its JSON, when it has ended; the log goes. StackError when it failed, or takes too long."""
        try:
            self._process.wait(timeout_s)
        except command.Expired as error:
            raise StackError(
                f"the micro-benchmarks of {self._name} did not end within {timeout_s:.0f} s"
            ) from error
        self.check()
        self._log_file.unlink()
        return self._json_file


def _arguments(course: Course, json_file: Path) -> Sequence[str | Path]:
    return [
        "-c",
        MICRO / "pytest.ini",
        f"--rootdir={MICRO}",
        MICRO,
        "-q",
        "--benchmark-timer=timing.process_time",
        f"--benchmark-max-time={course.max_time_s}",
        f"--benchmark-min-time={course.min_time_s}",
        f"--benchmark-json={json_file}",
        *(["-k", course.select] if course.select else []),
    ]
