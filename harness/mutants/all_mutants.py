"""All mutants."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from harness.mutant_scores import Detector, Half, MutantKind
from harness.mutants.catalogue.faster import FASTER
from harness.mutants.catalogue.of_base import OF_BASE
from harness.mutants.catalogue.of_clients import OF_CLIENTS
from harness.mutants.catalogue.of_databases import OF_DATABASE_CLASSES, SLOWER_DATABASE
from harness.mutants.catalogue.of_handlers import SLOWER_HANDLERS
from harness.mutants.catalogue.of_policies import OF_POLICY_CHAIN
from harness.mutants.catalogue.of_servers import SLOWER_SERVERS
from harness.mutants.catalogue.of_services import HEAVIER_SERVICES
from harness.mutants.catalogue.unchanged import UNCHANGED
from harness.mutants.catalogue.wrong import WRONG
from harness.mutants.mutant import Mutant

#: The release whose published sources they are made in.
RELEASE = "9.1.22"

MUTANTS: tuple[Mutant, ...] = (
    *OF_BASE,
    *OF_DATABASE_CLASSES,
    *HEAVIER_SERVICES,
    *OF_POLICY_CHAIN,
    *SLOWER_DATABASE,
    *SLOWER_HANDLERS,
    *SLOWER_SERVERS,
    *OF_CLIENTS,
    *UNCHANGED,
    *FASTER,
    *WRONG,
)


def chosen_mutants(
    names: Sequence[str],
    kinds: Collection[MutantKind],
    half: Half | None,
    detectors: Collection[Detector],
    mistakes: list[str],
) -> tuple[Mutant, ...]:
    """Those that all of the choices leave; an empty choice leaves all. Unknown names are added to ``mistakes``."""
    known = [mutant.name for mutant in MUTANTS]
    for unknown in (name for name in names if name not in known):
        close = difflib.get_close_matches(unknown, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        mistakes.append(f"--mutant: there is no {unknown!r}; `rssbench mutants --list` names them{hint}")
    return tuple(
        mutant
        for mutant in MUTANTS
        if (not names or mutant.name in names)
        and (not kinds or mutant.kind in kinds)
        and half in (None, mutant.half)
        and (not detectors or mutant.detector in detectors)
    )
