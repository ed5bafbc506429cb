"""docs/measurements.md describes every field of every measurement, in its order, and every version."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness import (
    cycles,
    email_cache,
    growth,
    measurement,
    micro_measurement,
    policy_costs,
)
from harness.measurement import Measurement
from harness.store import CYCLES, EMAIL_CACHE, GROWTH, MICRO, POLICIES
from tests.documented_structs import described_fields, structs_of

DOCUMENT = Path(__file__).parent.parent / "docs" / "measurements.md"
KINDS = (GROWTH, POLICIES, CYCLES, EMAIL_CACHE, MICRO)
OWN = {
    name: struct
    for kind in KINDS
    for name, struct in structs_of(kind.layout, {"Measurement": Measurement}).items()
    if struct.__module__
    in {module.__name__ for module in (cycles, email_cache, growth, measurement, micro_measurement, policy_costs)}
}


@pytest.mark.parametrize("name", sorted(OWN))
def test_every_field_is_described_in_its_order(name: str) -> None:
    fields = list(OWN[name].__struct_fields__)
    if issubclass(OWN[name], Measurement) and OWN[name] is not Measurement:
        fields = fields[len(Measurement.__struct_fields__) :]
    assert described_fields(DOCUMENT)[name] == fields


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_versions_are_those_of_the_code(kind: object) -> None:
    (line,) = re.findall(rf"^\| `{re.escape(kind.file)}` .*$", DOCUMENT.read_text(), re.MULTILINE)
    assert f"| **{kind.schema_version}** |" in line
