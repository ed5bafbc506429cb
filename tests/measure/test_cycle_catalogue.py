"""The cycles that can be measured: names, states, and the change that the synchronizer finds."""

from __future__ import annotations

from harness.dataset.content import table_contents
from harness.dataset.installation import installation_of
from harness.dataset.profiles import PROFILES
from harness.measure.cycle_catalogue import CYCLES
from harness.measure.cycle_states import WithKeys
from harness.stack.resources_section import resources_section


def test_every_cycle_of_the_rss_is_there_and_only_the_long_one_is_asked_for_by_name() -> None:
    assert {name for name, cycle in CYCLES.items() if not cycle.usual} == {"summarize-logs-700k"}
    assert {name.rpartition("-")[0] for name in CYCLES if "cache-" in name} == {
        *("cache", "resource-cache-refresh", "resource-cache-hits", "site-cache-refresh", "site-cache-hits"),
    }
    assert {cycle.order for cycle in CYCLES.values()} == {
        *("inspector", "summarize_logs", "token", "cache_feeder", "synchronizer", "refresh", "hits"),
    }
    assert all(cycle.what for cycle in CYCLES.values())


def test_keys_are_as_many_elements_as_sites() -> None:
    profile = WithKeys(400).profile
    rows = {content.table: len(list(content.rows())) for content in table_contents(profile, 1)}
    assert (rows["ResourceStatus"], rows["SiteStatus"], rows["ResourceHistory"]) == (400, 400, 0)
    names = installation_of(profile)
    assert "LCG.Geneva.ch" in names.sites
    assert "arc01.geneva.example" in names.computing_elements


def test_the_changed_configuration_has_one_site_more_and_one_less_with_what_they_have() -> None:
    before = installation_of(PROFILES["M"])
    change = CYCLES["synchronizer"].installation
    assert change is not None
    after = change(before)
    assert set(before.sites) - set(after.sites) == {before.sites[-1]}
    assert set(after.sites) - set(before.sites) == {"LCG.Newtown.xx"}
    elements = {*before.computing_elements, *before.storage_elements}
    changed = {*after.computing_elements, *after.storage_elements}
    assert elements - changed == set(before.elements_of_site[before.sites[-1]]) != set()
    assert changed - elements == {"arc01.newtown.example", "NEWTOWN-DISK"}
    assert set(after.site_of) == changed == {one for site in after.sites for one in after.elements_of_site[site]}
    resources_section(after)
