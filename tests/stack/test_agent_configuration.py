"""What an agent's dirac.cfg adds to that of the servers."""

from __future__ import annotations

import pytest

from harness.stack.agent_configuration import CHOICES, agent_cfg
from harness.stack.cfg_text import Section, merged
from harness.stack.configuration import dirac_cfg
from tests.stack.test_configuration import options, settings

WEBHOOK = "http://127.0.0.1:18080/hooks/one"
CFG = options(agent_cfg(settings("9.1.22", "https"), WEBHOOK))
RSS = "Operations/Defaults/ResourceStatus"


@pytest.mark.parametrize("release", ["9.1.22", "7.3.38"])
def test_an_agent_knows_all_that_the_servers_know(release: str) -> None:
    servers = options(dirac_cfg(settings(release, "dips")))
    agent = options(agent_cfg(settings(release, "dips"), WEBHOOK))
    assert servers.items() < agent.items()


def test_each_policy_is_for_the_types_of_element_that_the_data_set_has_results_of() -> None:
    types = {
        path.split("/")[4]: value
        for path, value in CFG.items()
        if path.startswith(f"{RSS}/Policies/") and path.endswith("elementType")
    }
    assert types == {
        "DTOngoing": "Site, ComputingElement, StorageElement, FTS",
        "PropagationPolicy": "Site",
        "PilotInstantEfficiency": "ComputingElement",
        "FreeDiskSpaceTB": "StorageElement",
        "AlwaysActive": "FTS",
    }


def test_a_choice_switches_its_actions_on_and_no_other() -> None:
    words = {
        path.split("/")[4]: value.split(", ")
        for path, value in CFG.items()
        if path.startswith(f"{RSS}/PolicyActions/") and path.endswith("active")
    }
    for choice, names in CHOICES.items():
        assert {name for name, active in words.items() if choice in active} == set(names)
    assert CFG[f"{RSS}/PolicyActions/SlackActionFirst/actionType"] == "SlackAction"


def test_posts_go_to_the_webhook_and_mail_to_nobody_real() -> None:
    assert CFG[f"{RSS}/Config/Slack"] == WEBHOOK
    group = CFG[f"{RSS}/Config/notificationGroups"]
    assert all(address.endswith(".example") for address in CFG[f"{RSS}/Notification/{group}/users"].split(", "))


def test_the_database_of_the_pilots_is_where_9_1_looks_for_it() -> None:
    assert CFG["Systems/WorkloadManagement/Databases/PilotAgentsDB/DBName"] == "PilotAgentsDB"
    old = options(agent_cfg(settings("8.0.86", "https"), WEBHOOK))
    instance = old[f"DIRAC/Setups/{old['DIRAC/Setup']}/WorkloadManagement"]
    assert f"Systems/WorkloadManagement/{instance}/Databases/PilotAgentsDB/DBName" in old


def test_sections_of_both_are_merged_and_the_later_option_counts() -> None:
    one: Section = {"A": {"x": "1", "y": "2"}, "B": "3", "C": "4"}
    other: Section = {"A": {"y": "5", "z": {"w": "6"}}, "B": {"u": "7"}}
    assert merged(one, other) == {"A": {"x": "1", "y": "5", "z": {"w": "6"}}, "B": {"u": "7"}, "C": "4"}
