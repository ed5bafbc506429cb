"""A job is read completely or refused with every mistake in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from bzt.utils import BetterDict

from harness.errors import SettingsError
from harness.model import SECTION_NAMES
from harness.settings import Job, read_job
from harness.settings_keys import SECTIONS, settings_table

from .dirac_sources import make_small_clone

TAURUS_YML = Path(__file__).parents[1] / "taurus.yml"


MODULES: dict[str, Any] = {"services": ["rss-stack"], "reporting": ["rss-report"]}


def job(config: dict[str, Any], environ: dict[str, str] | None = None) -> Job:
    """The job of this configuration, which has our modules if it does not say otherwise."""
    return read_job(MODULES | config, environ or {}, lambda _path: "my.yml")


def mistakes(config: dict[str, Any], environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        job(config, environ)
    return caught.value.mistakes


def one_trial(**execution: object) -> dict[str, Any]:
    return {"execution": [{"scenario": "select_mix", "throughput": 10, "hold-for": "5s"} | execution]}


def test_the_shipped_taurus_yml_has_no_mistake() -> None:
    content = {name.lstrip("~"): value for name, value in yaml.safe_load(TAURUS_YML.read_text()).items()}
    shipped = job(content)
    assert [trial.scenario for trial in shipped.trials] == [
        "select_mix",
        "insert_mix",
        "update_mix",
        "production_mix",
        "burst",
        "stampede",
    ]
    assert shipped.build == "9.1.22"
    assert shipped.also == SECTION_NAMES


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, ()),
        ("none", ()),
        ([], ()),
        (["micro", "growth"], ("growth", "micro")),
        ("cycles, email-cache", ("cycles", "email-cache")),
    ],
)
def test_sections_are_read_as_a_list_or_with_commas(given: object, read: tuple[str, ...]) -> None:
    assert job(one_trial() | {"modules": {"rss-stack": {"also": given}}}).also == read


def test_a_section_that_there_is_not_is_refused_with_those_there_are() -> None:
    (found,) = mistakes(one_trial() | {"modules": {"rss-stack": {"also": ["growth", "cycle"]}}})
    assert "modules.rss-stack.also: ['growth', 'cycle'] is not allowed; allowed: some of growth, policies" in found


def test_times_are_read_as_taurus_writes_them() -> None:
    load = job(one_trial(**{"ramp-up": "1m30s", "hold-for": 20})).trials[0].load
    assert (load.ramp_up_s, load.hold_for_s) == (90.0, 20.0)


def test_defaults_stand_in_for_missing_sections() -> None:
    read = job(one_trial())
    assert (read.profile, read.seed, read.exact, read.trials[0].load.workers) == ("M", 1, True, 1)


def test_all_mistakes_are_told_at_once_with_file_key_value_and_what_is_allowed() -> None:
    config = one_trial(concurrency="many") | {
        "modules": {"rss-stack": {"profile": "HUGE", "sede": 3}, "rss-load": {"workers": 0}},
        "scenarios": {"select_mix": {"arrivals": "random"}},
    }
    found = mistakes(config)
    assert len(found) == 5
    text = "\n".join(found)
    assert "my.yml: modules.rss-stack.profile: 'HUGE' is not allowed; allowed: one of S, M, L, L-mVO, XL" in text
    assert "my.yml: modules.rss-stack.sede: unknown key" in text
    assert "did you mean seed?" in text
    assert "my.yml: modules.rss-load.workers: 0 is not allowed; allowed: a whole number from 1 to 64" in text
    assert (
        "my.yml: scenarios.select_mix.arrivals: 'random' is not allowed; allowed: one of constant, poisson" in text
    )
    assert "my.yml: execution[0].concurrency: 'many' is not allowed" in text


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    [mistake] = mistakes(one_trial(scenario="selct_mix"))
    assert "execution[0].scenario: 'selct_mix' is not allowed; allowed: select_mix" in mistake


def test_a_scenario_may_give_a_workload_another_name() -> None:
    config = one_trial(scenario="cold") | {
        "scenarios": {"cold": {"workload": "select_mix", "connection": "per-call"}}
    }
    trial = job(config).trials[0]
    assert (trial.name, trial.workload, trial.load.connection) == ("1-cold", "select_mix", "per-call")


def test_an_open_load_without_an_end_is_refused() -> None:
    [mistake] = mistakes({"execution": [{"scenario": "select_mix", "throughput": 10}]})
    assert "execution[0].throughput: needs hold-for, ramp-up or iterations" in mistake


def test_steps_without_ramp_up_are_refused() -> None:
    [mistake] = mistakes(one_trial(steps=3))
    assert "execution[0].steps: needs ramp-up" in mistake


@pytest.mark.parametrize("nothing", [{}, {"execution": []}, {"execution": None}])
def test_a_job_without_executions_is_refused(nothing: dict[str, Any]) -> None:
    [mistake] = mistakes(nothing)
    assert "execution: nothing to do" in mistake


@pytest.mark.parametrize(("section", "module"), [("services", "rss-stack"), ("reporting", "rss-report")])
@pytest.mark.parametrize("content", [None, [], ["other"], [{"module": "other"}], {"module": "x"}, "rss", [["x"]]])
def test_a_job_without_our_modules_is_refused_for_it_would_pass_whatever_happened(
    section: str, module: str, content: object
) -> None:
    [mistake] = mistakes(one_trial() | {section: content})
    assert mistake == f"my.yml: {section}: {module} is missing; allowed: a list that has it, such as [{module}]"


def test_our_modules_may_stand_beside_others_and_as_mappings() -> None:
    services = ["other", {"module": "rss-stack", "profile": "S"}]
    reporting = [{"module": "passfail", "criteria": []}, {"module": "rss-report"}]
    assert job(one_trial() | {"services": services, "reporting": reporting}).trials


def test_the_environment_wins_over_the_file() -> None:
    config = one_trial() | {"modules": {"rss-stack": {"profile": "S"}}}
    assert job(config, {"RSSBENCH_PROFILE": "L"}).profile == "L"


def test_a_wrong_variable_is_named_with_its_value_and_what_is_allowed() -> None:
    found = mistakes(one_trial(), {"RSSBENCH_PROFILE": "huge", "RSSBENCH_PROFIL": "S"})
    assert any(line.startswith("environment: RSSBENCH_PROFIL: unknown variable; allowed: ") for line in found)
    assert any(line.startswith("environment: RSSBENCH_PROFILE: 'huge' is not allowed") for line in found)


def test_where_the_index_is_says_a_variable_and_no_key_of_the_job() -> None:
    """bzt copies the job beside the run, and the URL may hold a password."""
    assert job(one_trial(), {"RSSBENCH_INDEX": "mysql://h/d"}) == job(one_trial())
    [mistake] = mistakes(one_trial() | {"modules": {"rss-report": {"index": "mysql://h/d"}}})
    assert "modules.rss-report.index: unknown key" in mistake


def test_an_unknown_top_level_key_is_refused() -> None:
    [mistake] = mistakes(one_trial() | {"scenarois": {}})
    assert "scenarois: unknown key" in mistake
    assert "did you mean scenarios?" in mistake


@pytest.mark.parametrize("form", ["9.1.22:released", "{}", "{}:2025-03-01", "{}@main", "{}@v9.1.22:today"])
def test_all_forms_of_a_build_are_taken_as_they_stand(form: str, tmp_path: Path) -> None:
    name = form.format(make_small_clone(tmp_path / "my clone"))
    assert job(one_trial() | {"modules": {"rss-stack": {"build": name}}}).build == name


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        ("latest", "not a release of DIRAC, nor a folder"),
        ("9.1", "not a release of DIRAC, nor a folder"),
        ("9.1.22:newest", "no such dependency set: 'newest'"),
        ("/no/such/DIRAC", "there is no folder /no/such/DIRAC"),
        ("/no/such/DIRAC@main", "there is no folder /no/such/DIRAC"),
        ("/usr", "/usr is no DIRAC: it has no src/DIRAC/__init__.py"),
        ("/usr@main", "/usr is not a git clone, so it has no 'main'"),
        ("9.1.22@integration", "not a release of DIRAC, nor a folder"),
        (["9.1.22"], "not a release of DIRAC, nor a folder"),
    ],
)
def test_what_is_no_build_is_refused_with_the_reason(build: object, reason: str) -> None:
    [mistake] = mistakes(one_trial() | {"modules": {"rss-stack": {"build": build}}})
    assert "modules.rss-stack.build: " in mistake
    assert "allowed: a release (9.1.22), PATH@REF or PATH, with :today, :released or :YYYY-MM-DD" in mistake
    assert mistake.endswith(f"({reason})")


@pytest.mark.parametrize("content", [3, "text", ["list"]])
def test_a_section_that_is_no_mapping_is_refused(content: object) -> None:
    [mistake] = mistakes(one_trial() | {"modules": {"rss-stack": content}})
    assert "modules.rss-stack: " in mistake


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("throughput", 0),
        ("throughput", "fast"),
        ("throughput", True),
        ("hold-for", "soon"),
        ("hold-for", -1),
        ("concurrency", 0),
        ("concurrency", 1.5),
        ("concurrency", 5000),
        ("iterations", "all"),
        ("scenario", ["select_mix"]),
    ],
)
def test_a_wrong_load_is_refused(key: str, value: object) -> None:
    assert any(f"execution[0].{key}" in line for line in mistakes(one_trial(**{key: value})))


@pytest.mark.parametrize(
    "value",
    [
        {"ResourceStatus.no such": 1},
        {},
        "all",
        {"ResourceStatus.select by name": -1},
        {"ResourceStatus.select by name": 1, "Publisher.setToken": 1},
    ],
)
def test_wrong_weights_are_refused(value: object) -> None:
    config = one_trial() | {"scenarios": {"select_mix": {"weights": value}}}
    assert any("scenarios.select_mix.weights" in line for line in mistakes(config))


def test_a_wrong_criterion_is_refused_before_anything_starts() -> None:
    config = one_trial() | {"modules": {"rss-report": {"criteria": ["p95 < soon"]}}}
    [mistake] = mistakes(config)
    assert "modules.rss-report.criteria" in mistake


def test_every_key_has_a_default_that_its_own_reader_accepts() -> None:
    for section, keys in SECTIONS.items():
        for key in keys:
            assert key.meaning, f"{section}.{key.name}"
            if key.default is not None:
                key.read(key.default)


def test_an_empty_variable_is_not_set() -> None:
    assert job(one_trial(), {"RSSBENCH_PROFILE": "", "RSSBENCH_BUILD": ""}) == job(one_trial())


def test_a_night_is_that_of_the_job_where_nothing_else_is_said() -> None:
    content = stack_with(build="9.0.28", profile="S", lanes="exact", front_door="dips")
    nightly = job(content).nightly
    assert (nightly.reference, nightly.sources, nightly.branch) == ("9.0.28", None, "integration")
    assert (nightly.lanes, nightly.front_doors, nightly.budget_s) == (("exact",), ("dips", "dips"), 1_800)
    content["modules"]["rss-nightly"] = {"reference": "9.1.22", "budget": "5m"}
    nightly = job(content, {"RSSBENCH_NIGHTLY_BUDGET": "90s"}).nightly
    assert (nightly.reference, nightly.budget_s) == ("9.1.22", 90)


def test_a_wrong_night_is_refused_with_the_rest() -> None:
    content = one_trial() | {"modules": {"rss-nightly": {"reference": "nine", "nights": 0, "refrence": "9.1.22"}}}
    found = "\n".join(mistakes(content))
    assert "modules.rss-nightly.reference: 'nine' is not allowed" in found
    assert "modules.rss-nightly.nights: 0 is not allowed; allowed: a whole number from 1 to 1000" in found
    assert "modules.rss-nightly.refrence: unknown key" in found


def test_a_configuration_of_bzt_is_read_like_a_plain_one() -> None:
    """bzt's mapping answers an empty mapping for a key it does not have."""
    merged = BetterDict()
    merged.merge(MODULES | one_trial() | {"modules": {"rss-stack": {"profile": "S"}}})
    assert job(merged) == job(one_trial() | {"modules": {"rss-stack": {"profile": "S"}}})


def test_the_documentation_has_the_table_of_settings() -> None:
    document = TAURUS_YML.with_name("docs").joinpath("settings.md").read_text()
    assert f"made by `rssbench settings` -->\n{settings_table()}\n<!-- end of settings -->" in document


def stack_with(**keys: str) -> dict[str, Any]:
    return one_trial() | {
        "modules": {"rss-stack": {name.replace("_", "-"): value for name, value in keys.items()}}
    }


def test_a_front_door_can_be_asked_for_and_is_chosen_by_the_release_otherwise() -> None:
    assert job(one_trial()).front_door is None
    assert job(stack_with(build="7.3.38")).front_door is None
    assert job(stack_with(front_door="dips")).front_door == "dips"
    assert job(one_trial(), {"RSSBENCH_FRONT_DOOR": "dips"}).front_door == "dips"


def test_acknowledging_at_once_over_dips_can_be_left_to_the_kernel() -> None:
    assert job(one_trial()).quick_ack
    assert not job(one_trial() | {"modules": {"rss-load": {"quick-ack": "false"}}}).quick_ack


def test_both_builds_of_a_comparison_have_the_front_door_unless_the_contender_has_its_own() -> None:
    builds = {"baseline": "9.1.22", "contender": "9.1.22"}
    for keys, expected in (
        ({}, (None, None)),
        ({"front_door": "dips"}, ("dips", "dips")),
        ({"front_door": "https", "contender_front_door": "dips"}, ("https", "dips")),
    ):
        comparison = job(stack_with(**builds, **keys)).comparison
        assert comparison is not None
        assert comparison.front_doors == expected


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"front_door": "diracx"}, "front-door: 'diracx' is not allowed; allowed: one of https, dips"),
        (
            {"build": "7.3.38", "front_door": "https"},
            "front-door: DIRAC 7.3.38 has no front door https to the RSS, only dips",
        ),
        (
            {"baseline": "9.1.22", "contender": "7.3.38", "contender_front_door": "https"},
            "contender-front-door: DIRAC 7.3.38 has no front door https to the RSS, only dips",
        ),
        ({"contender_front_door": "dips"}, "contender-front-door: needs baseline and contender"),
    ],
)
def test_a_front_door_that_is_not_there_is_refused_before_anything_starts(keys: dict[str, str], said: str) -> None:
    assert mistakes(stack_with(**keys)) == [f"my.yml: modules.rss-stack.{said}"]
