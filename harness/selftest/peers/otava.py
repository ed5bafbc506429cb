"""Apache Otava, run for real: in an environment of its own, for it pins other packages than ours.

Runs of the baseline and then of the contender are its series. An alarm is a change point anywhere in it from
which on the values are larger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import uv

from harness import command
from harness.builds import locks
from harness.builds.package_index import uv_environment
from harness.errors import BuildError, RssbenchError
from harness.selftest.peers.rules import Rule
from harness.selftest.peers.runs import PeerTrial

VERSION = "0.8.0"

#: p-values that are tried, as -log10: 3 is what Otava comes with.
_STEP = 1.0
_STRICTNESS = tuple(np.arange(1.0, 7.01, _STEP).tolist())
_STOCK = 3.0

_FOLDER = "apache-otava"
_INSTALL_TIMEOUT_S = 600.0
_ANALYSIS_TIMEOUT_S = 1800.0
_PROGRAM = Path(__file__).with_name("otava_side") / "change_points.py"


def otava_python(cache_directory: Path, progress: Callable[[str], None]) -> Path:
    """The interpreter that has Otava; installed once and kept. BuildError when it cannot be."""
    folder = cache_directory / _FOLDER / VERSION
    python = folder / "bin" / "python"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locks.changing(folder.with_name(f"{VERSION}.lock"), lambda: progress("waiting for Apache Otava")):
            if not (folder / "complete").exists():
                progress(f"installing Apache Otava {VERSION} into {folder}, once")
                _run_uv("venv", "--clear", folder)
                _run_uv("pip", "install", "--python", python, f"apache-otava=={VERSION}")
                (folder / "complete").touch()
    except OSError as error:
        raise BuildError(f"cannot use {folder} for Apache Otava: {error.strerror}") from error
    return python


def otava_rule(python: Path) -> Rule:
    """``python``: the interpreter that has it."""

    def values(trials: Sequence[PeerTrial]) -> npt.NDArray[np.float64]:
        series = [np.concatenate(trial.means()).tolist() for trial in trials]
        order = msgspec.json.encode({"series": series, "max_pvalues": [10.0**-one for one in _STRICTNESS]})
        done = command.run([python, _PROGRAM], timeout_s=_ANALYSIS_TIMEOUT_S, text=order.decode())
        if done.returncode != 0:
            raise RssbenchError(f"Apache Otava failed:\n{done.stderr.strip()[-2000:]}")
        alarms = msgspec.json.decode(done.stdout, type=list[list[bool]])
        return np.array([_strictest(of_series) for of_series in alarms])

    return Rule(f"Apache Otava {VERSION} on the series", values, _said, _STOCK - _STEP / 2, 0.0, ("sequential",))


def _said(threshold: float) -> str:
    """Alarms lie above the threshold: they still come with the p-value that is tried next."""
    return f"p {10.0 ** -next((one for one in _STRICTNESS if one > threshold), threshold):.0e}"


def _strictest(alarms: Sequence[bool]) -> float:
    """-log10 of the smallest p-value at which there is an alarm; 0 for none."""
    return max((strictness for strictness, alarm in zip(_STRICTNESS, alarms, strict=True) if alarm), default=0.0)


def _run_uv(*arguments: str | Path) -> None:
    done = command.run([uv.find_uv_bin(), *arguments], timeout_s=_INSTALL_TIMEOUT_S, environment=uv_environment())
    if done.returncode != 0:
        last = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise BuildError(f"Apache Otava {VERSION} cannot be installed:\n{last}")
