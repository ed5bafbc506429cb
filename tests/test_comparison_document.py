"""docs/comparison-json.md describes every field of comparison.json."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from harness import comparison
from harness.comparison import COMPARISON_SCHEMA_VERSION, ComparisonResult
from tests.documented_structs import described_fields, structs_of

DOCUMENT = Path(__file__).parent.parent / "docs" / "comparison-json.md"
OWN = {
    name: struct
    for name, struct in structs_of(ComparisonResult, {}).items()
    if struct.__module__ == comparison.__name__
}
SHARED = set(structs_of(ComparisonResult, {})) - set(OWN)


def test_every_struct_of_the_module_is_part_of_a_comparison() -> None:
    of_module = {
        name
        for name, one in vars(comparison).items()
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and one.__module__ == comparison.__name__
    }
    assert of_module == set(OWN)


@pytest.mark.parametrize("name", sorted(OWN))
def test_every_field_of_comparison_json_is_described(name: str) -> None:
    assert described_fields(DOCUMENT)[name] == list(OWN[name].__struct_fields__)


@pytest.mark.parametrize("name", sorted(SHARED))
def test_what_a_run_holds_too_is_described_there(name: str) -> None:
    described = described_fields(DOCUMENT.with_name("run-json.md"))
    assert described[name] == list(structs_of(ComparisonResult, {})[name].__struct_fields__)


def test_the_described_schema_version_is_that_of_the_code() -> None:
    assert f"Schema version: **{COMPARISON_SCHEMA_VERSION}**" in DOCUMENT.read_text()
