"""Plans for tests that only look at the load."""

from typing import Any

from scenarios.load_plan import LoadPlan


def plan_of(**asked: Any) -> LoadPlan:
    files = dict.fromkeys(("ca_file", "certificate_file", "key_file", "catalogue_file", "output_dir"), "")
    return LoadPlan(**({"scenario": "select_mix", "service_url": "", "token_prefix": "run"} | files | asked))
