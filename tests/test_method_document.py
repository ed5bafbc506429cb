"""docs/method.md and the code name the same constants with the same values."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from harness.compare import bisect, location, margins, verdict
from harness.measure import generator_health
from harness.stats import multiplicity, power, quantiles, sequential

TEXT = (Path(__file__).parent.parent / "docs" / "method.md").read_text()
TABLE = re.findall(r"^\| ([A-Z_0-9]+) \| ([\d., ]+) \| ([\w.]+) \|$", TEXT, re.MULTILINE)
MARGINS = re.findall(r"^\| (\w+) \|((?: (?:[\d.]+ %|-) \|){7})$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("name", "value", "module"), TABLE)
def test_a_documented_constant_is_that_of_the_code(name: str, value: str, module: str) -> None:
    of_code = getattr(importlib.import_module(module), name)
    assert (of_code if isinstance(of_code, tuple) else (of_code,)) == tuple(map(float, value.split(", ")))


@pytest.mark.parametrize(
    "module",
    [quantiles, generator_health, sequential, power, multiplicity, verdict, location, margins, bisect],
    ids=lambda module: module.__name__,
)
def test_every_constant_of_a_method_is_documented(module: object) -> None:
    numbers = {
        name
        for name, value in vars(module).items()
        if re.fullmatch(r"[A-Z][A-Z_0-9]+", name) and isinstance(value, (int, float, tuple))
    }
    documented = {(name, where) for name, _, where in TABLE}
    own = {name for name, where in documented if where == getattr(module, "__name__", None)}
    # what a module uses of another one is documented there
    assert own <= numbers
    assert numbers - own <= {name for name, _ in documented}


def test_the_documented_margins_are_those_of_the_code() -> None:
    of_text = {metric: [cell.strip() for cell in cells.split("|")[:-1]] for metric, cells in MARGINS}
    of_code = {}
    for metric, together in margins.TOGETHER.items():
        single = margins.SINGLE.get(metric)
        of_code[metric] = [
            f"{100.0 * ratio:.3g} %" if ratio else "-"
            for ratio in (
                together.practical_ratio,
                together.equivalence_ratio,
                together.limit_ratio,
                together.resolution_ratio,
                single and single.practical_ratio,
                single and single.equivalence_ratio,
                single and single.limit_ratio,
            )
        ]
    assert of_text == of_code


@pytest.mark.parametrize(("share", "name"), [(0.95, "p95"), (0.99, "p99")])
def test_the_documented_sample_sizes_are_those_of_the_code(share: float, name: str) -> None:
    (needed,) = re.findall(rf"n = (\d+) \({name}\)", TEXT)
    assert quantiles.order_statistic_ranks(int(needed), share)
    assert not quantiles.order_statistic_ranks(int(needed) - 1, share)
