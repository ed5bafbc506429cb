"""What is written is read back, and what is of another kind is refused with the place of the mistake."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness import counted, model
from harness.errors import RssbenchError
from harness.model import SCHEMA_VERSION, Environment, RunResult
from harness.store import COMPARISON, MEASUREMENTS, RUN, ResultKind
from tests.documented_structs import described_fields, structs_of

from .index.results import comparison
from .reports.test_measurements import ALL

DOCUMENT = Path(__file__).parent.parent / "docs" / "run-json.md"


@pytest.fixture
def run() -> RunResult:
    return RunResult(
        schema_version=SCHEMA_VERSION,
        run_id="r1",
        status="incomplete",
        problems=("ended early",),
        started_at="2026-11-24T00:00:00+00:00",
        duration_s=1.5,
        command="rssbench run",
        runtime="processes",
        build=None,
        data_set=None,
        environment=Environment("h", "Linux 6", "cpu", 2, 8, 0.5, "", "3.11.7", {"numpy": "2"}, "0.1.0", None),
        stack_ready_s=None,
        trials=(),
        exact=(),
    )


def test_a_run_is_read_as_it_was_written(run: RunResult, tmp_path: Path) -> None:
    RUN.write(run, tmp_path)
    assert RUN.read(tmp_path) == run


def test_writing_again_replaces_the_whole_file_and_leaves_no_other(run: RunResult, tmp_path: Path) -> None:
    RUN.write(run, tmp_path)
    passed = msgspec.structs.replace(run, status="passed", problems=())
    RUN.write(passed, tmp_path)
    assert RUN.read(tmp_path) == passed
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]


def test_a_write_that_fails_leaves_the_last_run_as_it_was(run: RunResult, tmp_path: Path) -> None:
    RUN.write(run, tmp_path)
    (tmp_path / "run.json.tmp").mkdir()
    with pytest.raises(RssbenchError, match=re.escape(f"cannot write {tmp_path}/run.json: Is a directory")):
        RUN.write(msgspec.structs.replace(run, run_id="r2"), tmp_path)
    assert RUN.read(tmp_path) == run


def test_a_missing_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match=f"no run to read in {re.escape(str(tmp_path))}: No such file"):
        RUN.read(tmp_path)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"duration_s": "long"}, "$.duration_s"),
        ({"status": "fine"}, "$.status"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"trials": [{}]}, "$.trials[0]"),
    ],
)
def test_content_that_is_no_run_is_refused_with_file_and_key(
    run: RunResult, tmp_path: Path, change: dict[str, Any], place: str
) -> None:
    content = msgspec.to_builtins(run) | change
    (tmp_path / "run.json").write_text(json.dumps(content))
    with pytest.raises(RssbenchError) as refused:
        RUN.read(tmp_path)
    assert str(tmp_path / "run.json") in str(refused.value)
    assert place in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"status": "passed"}'])
def test_a_file_that_is_no_json_object_with_a_version_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(RssbenchError, match="is not a run"):
        RUN.read(tmp_path)


def test_another_schema_is_refused_before_its_fields_are_read(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"schema_version": 99, "new_field": 1}')
    with pytest.raises(RssbenchError, match="schema version 99, this rssbench reads 1"):
        RUN.read(tmp_path)


def test_a_comparison_is_read_as_it_was_written(tmp_path: Path) -> None:
    COMPARISON.write(comparison(), tmp_path)
    assert COMPARISON.read(tmp_path) == comparison()
    assert [file.name for file in tmp_path.iterdir()] == ["comparison.json"]


def test_a_comparison_that_cannot_be_written_leaves_the_last_one(tmp_path: Path) -> None:
    COMPARISON.write(comparison(), tmp_path)
    (tmp_path / "comparison.json.tmp").mkdir()
    with pytest.raises(RssbenchError, match=re.escape(f"cannot write {tmp_path}/comparison.json: Is a directory")):
        COMPARISON.write(comparison(run_id="c2"), tmp_path)
    assert COMPARISON.read(tmp_path) == comparison()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"schema_version": 99}', "has schema version 99, this rssbench reads 1"),
        ('{"schema_version": 1, "verdict": "fine"}', "is not a comparison: "),
        ("{", "is not a comparison: "),
    ],
)
def test_what_is_no_comparison_is_refused(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "comparison.json").write_text(content)
    with pytest.raises(RssbenchError, match=f"{re.escape(str(tmp_path))}/comparison.json {told}"):
        COMPARISON.read(tmp_path)


def test_a_run_is_no_comparison_and_neither_is_missing_unnoticed(run: RunResult, tmp_path: Path) -> None:
    RUN.write(run, tmp_path)
    with pytest.raises(RssbenchError, match=f"there is no comparison to read in {re.escape(str(tmp_path))}"):
        COMPARISON.read(tmp_path)
    (tmp_path / "run.json").rename(tmp_path / "comparison.json")
    with pytest.raises(RssbenchError, match="is not a comparison"):
        COMPARISON.read(tmp_path)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_measurement_is_read_as_it_was_written(kind: ResultKind[Any], tmp_path: Path) -> None:
    assert not kind.stands_in(tmp_path)
    kind.write(ALL[kind], tmp_path)
    assert kind.stands_in(tmp_path)
    assert kind.read(tmp_path) == ALL[kind]


def test_no_two_kinds_share_a_file_or_a_name() -> None:
    kinds = (RUN, COMPARISON, *MEASUREMENTS)
    assert len({kind.file for kind in kinds}) == len({kind.name for kind in kinds}) == len(kinds)


STRUCTS = structs_of(RunResult, {})


def test_every_struct_of_the_model_is_part_of_a_run() -> None:
    of_model = {
        one.__name__
        for one in (*vars(model).values(), *vars(counted).values())
        if isinstance(one, type) and issubclass(one, msgspec.Struct)
    }
    assert of_model == set(STRUCTS)


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_every_field_of_run_json_is_described(name: str) -> None:
    assert described_fields(DOCUMENT)[name] == list(STRUCTS[name].__struct_fields__)


def test_the_described_schema_version_is_that_of_the_code() -> None:
    assert f"Schema version: **{SCHEMA_VERSION}**" in DOCUMENT.read_text()
