"""The stand-ins for what is no part of the RSS answer in the shapes of DIRAC's own clients."""

from __future__ import annotations

import pytest

from harness.stack.dirac_side.outside_sources import Gocdb, Pilots

DOWNTIME = {
    "DowntimeID": "118000G0 arc01.geneva.example",
    "Element": "Resource",
    "Name": "arc01.geneva.example",
    "GOCDBServiceType": "ARC-CE",
    "Severity": "OUTAGE",
    "Description": "Upgrade",
    "Link": "https://goc.example/downtime?id=118000",
    "StartDate": "2026-11-24 10:00",
    "EndDate": "2026-11-26 10:00",
}


def test_gocdb_tells_downtimes_of_the_names_asked_for() -> None:
    source = Gocdb([DOWNTIME])
    told = source.getStatus("Resource", name=["arc01.geneva.example", "other"], startingInHours=120)
    assert told["OK"]
    (found,) = told["Value"].values()
    assert (found["HOSTNAME"], found["SERVICE_TYPE"]) == ("arc01.geneva.example", "ARC-CE")
    assert source.getStatus("Resource", name="arc01.geneva.example")["Value"] == told["Value"]
    assert source.getCurrentDTLinkList()["Value"] == [DOWNTIME["Link"]]


@pytest.mark.parametrize(("granularity", "name"), [("Resource", "other"), ("Site", "arc01.geneva.example")])
def test_gocdb_without_a_downtime_answers_none_as_the_real_client_does(granularity: str, name: str) -> None:
    assert Gocdb([DOWNTIME]).getStatus(granularity, name=[name]) == {"OK": True, "Value": None}


def test_pilots_are_summed_by_site_or_by_computing_element() -> None:
    source = Pilots([("LCG.Geneva.ch", "Multiple", "lhcb"), ("LCG.Geneva.ch", "arc01.geneva.example", "lhcb")])
    of_sites = source.getGroupedPilotSummary(["GridSite", "VO"])["Value"]
    of_elements = source.getGroupedPilotSummary({}, ["GridSite", "DestinationSite", "OwnerGroup"])["Value"]
    assert of_sites["ParameterNames"][:3] == ["Site", "CE", "VO"]
    assert [record[1] for record in of_sites["Records"]] == ["Multiple"]
    assert of_elements["ParameterNames"][2] == "OwnerGroup"
    assert [record[1] for record in of_elements["Records"]] == ["arc01.geneva.example"]
    assert len(of_elements["Records"][0]) == len(of_elements["ParameterNames"])
