"""Pairs and pairs of windows outlive whatever ends the run."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from harness.errors import RssbenchError
from harness.measure.pair import PairMeasurement
from harness.measure.pair_store import PairStore
from harness.measure.window_store import LoadWindow, WindowPair, WindowStore

from .pairs import READ, line, pair_rows, store_pairs

WINDOW = LoadWindow(
    latency_p50_s=0.006,
    latency_p95_s=0.02,
    latency_p99_s=None,
    offered_rate_per_s=30.0,
    reached_rate_per_s=29.5,
    requests=120,
    errors=1,
    first_error="timeout: no answer",
    bottleneck=None,
)


def test_what_was_added_is_read_again_in_order(tmp_path: Path) -> None:
    draws = np.random.default_rng(1)
    rows = [pair_rows(1.0, draws), pair_rows(1.1, draws)]
    store = PairStore(tmp_path)
    lines = [line(1), line(2, contender={READ: "no rows"})]
    for one, of_it in zip(lines, rows, strict=True):
        store.add(one, PairMeasurement(of_it, {}))
    read = list(PairStore(tmp_path).read())
    assert [one for one, _rows in read] == lines
    for (_line, of_it), written in zip(read, rows, strict=True):
        np.testing.assert_array_equal(of_it, written)


def test_there_is_nothing_before_the_first_pair(tmp_path: Path) -> None:
    assert list(PairStore(tmp_path).read()) == []
    assert WindowStore(tmp_path).read() == []


def test_a_line_torn_by_the_end_of_the_run_is_as_if_it_had_not_been_measured(tmp_path: Path) -> None:
    store_pairs(tmp_path, 3)
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    assert [one.number for one, _rows in PairStore(tmp_path).read()] == [1, 2]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "pairs" / "0002.npy").unlink(),
        lambda folder: (folder / "pairs" / "0002.npy").write_bytes(b"\x93NUMPY"),
        lambda folder: np.save(folder / "pairs" / "0002.npy", np.zeros(3)),
        lambda folder: (folder / "pairs.jsonl").write_text("{}\n"),
    ],
    ids=["requests gone", "requests cut off", "other numbers", "no line of a pair"],
)
def test_what_is_no_pair_is_refused(tmp_path: Path, spoil) -> None:  # noqa: ANN001
    store_pairs(tmp_path, 3)
    spoil(tmp_path)
    with pytest.raises(RssbenchError, match=r"no measured pair|no requests of a pair"):
        list(PairStore(tmp_path).read())


def test_windows_are_read_as_they_were_added(tmp_path: Path) -> None:
    faster = msgspec.structs.replace(WINDOW, latency_p50_s=0.004, errors=0, first_error=None)
    pairs = [WindowPair(1, "production_mix", (WINDOW, faster)), WindowPair(2, "select_mix", (faster, WINDOW))]
    for pair in pairs:
        WindowStore(tmp_path).add(pair)
    with (tmp_path / "windows.jsonl").open("a") as stream:
        stream.write('{"number":3,')
    assert WindowStore(tmp_path).read() == pairs


def test_a_foreign_line_of_windows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "windows.jsonl").write_text('{"number":3}\n')
    with pytest.raises(RssbenchError, match="no pair of windows"):
        WindowStore(tmp_path).read()
