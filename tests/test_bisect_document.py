"""docs/bisect-json.md describes every field of bisect.json."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import bisection
from harness.bisection import BISECTION_SCHEMA_VERSION, BisectResult
from tests.documented_structs import described_fields, structs_of

DOCUMENT = Path(__file__).parent.parent / "docs" / "bisect-json.md"
OWN = {
    name: struct
    for name, struct in structs_of(BisectResult, {}).items()
    if struct.__module__ == bisection.__name__
}


@pytest.mark.parametrize("name", sorted(OWN))
def test_every_field_is_described_in_its_order(name: str) -> None:
    assert described_fields(DOCUMENT)[name] == list(OWN[name].__struct_fields__)


def test_the_version_is_that_of_the_code() -> None:
    assert f"Schema version: **{BISECTION_SCHEMA_VERSION}**" in DOCUMENT.read_text()
