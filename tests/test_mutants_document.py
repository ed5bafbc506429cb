"""docs/mutants.md has the catalogue as it is."""

from __future__ import annotations

from pathlib import Path

from harness.mutants.all_mutants import MUTANTS
from reports.mutant_tables import CATALOGUE_FORMATS

DOCUMENT = Path(__file__).parents[1] / "docs" / "mutants.md"


def test_the_catalogue_is_what_the_command_lists() -> None:
    _before, _mark, rest = DOCUMENT.read_text().partition("<!-- catalogue -->\n")
    documented, _mark, _after = rest.partition("<!-- end of the catalogue -->")
    assert documented.strip() == CATALOGUE_FORMATS["markdown"](MUTANTS)
