"""Trial directories as a generator would leave them, made of arrays; a loaded stack to start pairs from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import pytest

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.measure.samples import SAMPLE_TYPE, Samples
from harness.measure.usage import Snapshot
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from scenarios.catalogue import Catalogue, read_catalogue
from scenarios.load_plan import LoadPlan
from scenarios.operations import OPERATIONS
from scenarios.outcomes import OutcomeCount
from scenarios.samples import Outcome

#: When the schedule of every made-up trial begins.
START_NS = 1_000_000_000_000


def make_samples(
    due_s: Sequence[float] | np.ndarray,
    *,
    latency_s: Any = 0.005,
    lag_s: Any = 0.0,
    operation: Any = 0,
    outcome: Any = Outcome.ok,
    worker: Any = 0,
    body_bytes: Any = 100,
    sequence: Any = None,
) -> Samples:
    """One sample per due time (seconds after the start of the schedule)."""
    samples = np.zeros(len(due_s), dtype=SAMPLE_TYPE)
    due_ns = START_NS + np.round(np.asarray(due_s) * 1e9).astype(np.int64)
    samples["due_ns"] = due_ns
    samples["start_ns"] = due_ns + np.round(np.asarray(lag_s) * 1e9).astype(np.int64)
    samples["end_ns"] = due_ns + np.round(np.asarray(latency_s) * 1e9).astype(np.int64)
    samples["sequence"] = np.arange(len(due_s)) if sequence is None else sequence
    samples["operation"], samples["outcome"], samples["worker"] = operation, outcome, worker
    samples["bytes"] = body_bytes
    return samples


def make_plan(**changes: Any) -> LoadPlan:
    """100 requests/s for 10 s by 50 users of one worker, unless told otherwise."""
    settings: dict[str, Any] = {
        "scenario": "select_mix",
        "rate_per_s": 100.0,
        "users": 50,
        "hold_for_s": 10.0,
        "service_url": "https://127.0.0.1:1",
        "ca_file": "",
        "certificate_file": "",
        "key_file": "",
        "catalogue_file": "",
        "output_dir": "",
        "token_prefix": "t1",
    }
    return LoadPlan(**settings | changes)


class WriteTrial(Protocol):
    def __call__(
        self,
        samples: Samples,
        *,
        plan: LoadPlan = ...,
        outcomes: Mapping[int, dict[str, dict[str, OutcomeCount]]] = ...,
        usage: Sequence[Snapshot] = ...,
    ) -> Path: ...


@pytest.fixture
def write_trial(tmp_path: Path) -> WriteTrial:
    def write(
        samples: Samples,
        *,
        plan: LoadPlan | None = None,
        outcomes: Mapping[int, dict[str, dict[str, OutcomeCount]]] | None = None,
        usage: Sequence[Snapshot] = (),
    ) -> Path:
        directory = tmp_path / "t1"
        directory.mkdir()
        (directory / "plan.json").write_bytes(msgspec.json.encode(plan or make_plan()))
        (directory / "operations.json").write_bytes(msgspec.json.encode([one.name for one in OPERATIONS]))
        (directory / "start").write_text(str(START_NS))
        for worker in np.unique(samples["worker"]):
            # a worker writes in order of end, not of due
            own = samples[samples["worker"] == worker]
            (directory / f"samples-{worker}.bin").write_bytes(own[np.argsort(own["end_ns"])].tobytes())
        for worker, counted in (outcomes or {}).items():
            (directory / f"outcomes-{worker}.json").write_bytes(msgspec.json.encode(counted))
        lines = b"".join(msgspec.json.encode(one) + b"\n" for one in usage)
        (directory / "usage.jsonl").write_bytes(lines)
        return directory

    return write


@pytest.fixture
def samples_of() -> Callable[..., Samples]:
    return make_samples


@pytest.fixture
def plan_of() -> Callable[..., LoadPlan]:
    return make_plan


@pytest.fixture
def start_ns() -> int:
    return START_NS


@pytest.fixture(scope="module")
def frozen(build: BuildEnvironment, stack_root: Path) -> Iterator[Stack]:
    """Loaded with profile S, its processes ended."""
    with start_stack(build, profile=PROFILES["S"], seed=3, stack_root=stack_root, log_directory=None) as stack:
        stack.freeze()
        yield stack


@pytest.fixture(scope="module")
def catalogue(frozen: Stack) -> Catalogue:
    return read_catalogue(frozen.catalogue_file)
