"""What the benchmarks write: for each table a row; columns that a release does not have are dropped."""

import datetime as dt

import releases

_NOW = dt.datetime.fromisoformat("2026-01-01 12:00:00")
_STATUS = {
    "StatusType": "all",
    "Status": "Active",
    "ElementType": "ComputingElement",
    "Reason": "Every policy agrees",
    "TokenOwner": "rs_svc",
    "VO": "all",
}

#: Table to the column that holds the new name, and the other ones.
ROWS = {
    "SiteStatus": ("Name", {**_STATUS, "ElementType": "Site"}),
    "ResourceStatus": ("Name", _STATUS),
    "ResourceLog": ("Name", _STATUS),
    "ResourceHistory": ("Name", _STATUS),
    "ResourceStatusCache": (
        "ResourceName",
        {"SiteName": "LCG.Geneva.ch", "Status": "Banned", "PreviousStatus": "Active", "StatusType": "all"},
    ),
    "AccountingCache": ("Name", {"PlotName": "DataTransfers", "PlotType": "Resource", "Result": "{'all': 97.5}"}),
    "DowntimeCache": (
        "DowntimeID",
        {
            "Element": "Resource",
            "Name": "arc01.geneva.example",
            "GOCDBServiceType": "ARC-CE",
            "Severity": "OUTAGE",
            "Description": "Upgrade of the batch system, no jobs accepted",
            "Link": "https://goc.example/downtime?id=1",
            "StartDate": _NOW,
            "EndDate": _NOW + dt.timedelta(days=1),
        },
    ),
    "GGUSTicketsCache": (
        "GocSite",
        {"Tickets": "160001", "OpenTickets": 1, "Link": "https://ggus.example/?site=geneva"},
    ),
    "JobCache": ("Site", {"MaskStatus": "Active", "Efficiency": 97.5, "Status": "Good"}),
    "PilotCache": (
        "CE",
        {"Site": "LCG.Geneva.ch", "VO": "all", "Status": "Good", "PilotJobEff": 97.5, "PilotsPerJob": 1.2},
    ),
    "PolicyResult": (
        "Name",
        {
            "PolicyName": "DTOngoing",
            "StatusType": "all",
            "Element": "Resource",
            "VO": "all",
            "Status": "Active",
            "Reason": "No downtime declared for this element",
        },
    ),
    "SpaceTokenOccupancyCache": (
        "Token",
        {"Endpoint": "https://se.geneva.example:8443", "Guaranteed": 9e6, "Free": 4e6, "Total": 9e6},
    ),
    "TransferCache": ("SourceName", {"DestinationName": "GENEVA-DISK", "Metric": "Quality", "Value": 97.5}),
}


def name_column(table):
    return ROWS[table][0]


def row(database, table, name):
    """A row with ``name`` in its key, as a service gets it from a client. What is called changes it."""
    column, others = ROWS[table]
    known = releases.columns(database, table)
    return {column: name, **{key: value for key, value in others.items() if key in known}}
