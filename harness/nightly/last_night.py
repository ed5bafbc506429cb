"""What earlier nights measured, as the index of runs knows it: shared by a team, or made from the results here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from harness.index.address import index_url
from harness.index.indexing import indexed_runs

#: How the names of a night's runs end, in the results and in the index.
RUN_ENDING = "-nightly"

#: Of earlier nights, how many comparisons are looked at for one that came to its end.
_LOOKED_AT = 50


def earlier_builds(results: Path, environ: Mapping[str, str], warn: Callable[[str], None]) -> list[str]:
    """The names of the builds that nights measured to the end, the newest first. RssbenchError when the index
    cannot be read."""
    url = index_url(None, environ, results)
    runs = indexed_runs(url, results, limit=_LOOKED_AT, build=None, ending=RUN_ENDING, warn=warn)
    whole = [run for run in runs if run.status == "complete"]
    return [build.name for run in whole for build in run.builds if build.role == "contender"]
