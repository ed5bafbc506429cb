"""Whether a test fails for a fault of the build itself, looked up in its code: no stack could make it pass."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.builds.recorded_files import site_packages
from harness.integration.outcomes import CaseOutcome

#: What a service answers to a call that it does not export: over dips, and over https.
_NO_SUCH_METHOD = re.compile(r"Unknown method (\w+)|: (\w+) is not implemented")


def judged(outcome: CaseOutcome, build: BuildEnvironment) -> CaseOutcome:
    """``broken upstream`` in place of ``failed`` where the code of the build says so, with what it says."""
    found = _NO_SUCH_METHOD.search(outcome.reason)
    if outcome.outcome != "failed" or found is None:
        return outcome
    method = found[1] or found[2]
    rss = site_packages(build.python.parent.parent) / "DIRAC" / "ResourceStatusSystem"
    if _defines(rss / "Service", f"export_{method}"):
        return outcome
    dirac = f"DIRAC {build.identity.dirac_version}"
    if _defines(rss / "Client", method):
        why = f"the client of {dirac} calls {method}, which none of its services has"
    else:
        why = (
            f"{dirac} has no {method}, neither in its services nor in its clients: the test is of another version"
        )
    return replace(outcome, outcome="broken upstream", reason=why)


def _defines(folder: Path, function: str) -> bool:
    definition = re.compile(rf"^\s+def {function}\(", re.MULTILINE)
    return any(definition.search(file.read_text()) for file in sorted(folder.glob("*.py")))
