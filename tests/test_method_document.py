"""docs/method.md and the code name the same constants with the same values."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from harness.compare import margins
from harness.measure import generator_health
from harness.stats import quantiles

TEXT = (Path(__file__).parent.parent / "docs" / "method.md").read_text()
TABLE = re.findall(r"^\| ([A-Z_0-9]+) \| ([\d.]+) \| ([\w.]+) \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("name", "value", "module"), TABLE)
def test_a_documented_constant_is_that_of_the_code(name: str, value: str, module: str) -> None:
    assert getattr(importlib.import_module(module), name) == float(value)


@pytest.mark.parametrize("module", [quantiles, generator_health, margins], ids=lambda module: module.__name__)
def test_every_constant_of_a_method_is_documented(module: object) -> None:
    of_code = {name for name in vars(module) if re.fullmatch(r"[A-Z][A-Z_0-9]+", name)}
    assert of_code == {name for name, _, where in TABLE if where == getattr(module, "__name__", None)}


@pytest.mark.parametrize(("share", "name"), [(0.95, "p95"), (0.99, "p99")])
def test_the_documented_sample_sizes_are_those_of_the_code(share: float, name: str) -> None:
    (needed,) = re.findall(rf"n = (\d+) \({name}\)", TEXT)
    assert quantiles.order_statistic_ranks(int(needed), share)
    assert not quantiles.order_statistic_ranks(int(needed) - 1, share)
