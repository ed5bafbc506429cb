"""What the cache feeder asks that is no part of the RSS, answered here; runs in the build's environment.

The agent, its commands and what they write are DIRAC's. GOCDB, the pilots' database, the storage elements and the
accounting are stand-ins that answer at once, in the shapes that DIRAC's own clients return.
"""

import importlib

_COMMANDS = "DIRAC.ResourceStatusSystem.Command"


class Gocdb:
    """``downtimes``: each with the columns of DowntimeCache and dates as GOCDB writes them. None of them ends."""

    def __init__(self, downtimes):
        self._downtimes = downtimes

    def getStatus(self, granularity, name=None, startDate=None, startingInHours=None, timeout=None):  # noqa: ARG002, N802, N803
        names = [name] if isinstance(name, str) else name
        found = [one for one in self._downtimes if one["Element"] == granularity and one["Name"] in names]
        return _ok({one["DowntimeID"]: self._described(one) for one in found} or None)

    def getCurrentDTLinkList(self):  # noqa: N802
        return _ok([one["Link"] for one in self._downtimes])

    def getHostnameDowntime(self, hostname, startDate=None, ongoing=False):  # noqa: ARG002, FBT002, N802, N803
        return _ok("<results/>")

    @staticmethod
    def _described(one):
        return {
            "SITENAME" if one["Element"] == "Site" else "HOSTNAME": one["Name"],
            "SERVICE_TYPE": one["GOCDBServiceType"],
            "FORMATED_START_DATE": one["StartDate"],
            "FORMATED_END_DATE": one["EndDate"],
            "SEVERITY": one["Severity"],
            "DESCRIPTION": one["Description"],
            "GOCDB_PORTAL_URL": one["Link"],
        }


class Pilots:
    """``rows``: site, computing element (``Multiple`` for a whole site) and community of each summary."""

    def __init__(self, rows):
        self._rows = rows

    def getGroupedPilotSummary(self, *arguments):  # noqa: N802
        """Until 8.0 a selection comes before the columns."""
        columns = arguments[-1]
        whole_sites = "DestinationSite" not in columns
        rows = [row for row in self._rows if (row[1] == "Multiple") == whole_sites]
        names = ["Site", "CE", columns[-1], "PilotsPerJob", "PilotJobEff", "Status"]
        return _ok({"ParameterNames": names, "Records": [[*row, 1.5, 93.0, "Good"] for row in rows]})


class _Storage:
    def __init__(self, name):
        self.name = name

    @staticmethod
    def getOccupancy(unit="MB"):  # noqa: ARG004, N802  always in the unit of the cache
        return _ok({"Free": 40_000_000.0, "Total": 90_000_000.0})


class _Accounting:
    @staticmethod
    def addRegister(record):  # noqa: ARG004, N802
        return _ok()

    @staticmethod
    def commit():
        return _ok()


def feed(agent, downtimes, pilots):
    """Give an initialised CacheFeederAgent these answers in place of the outside world."""
    pilot_source = Pilots(pilots)
    agent.clients["GOCDBClient"] = Gocdb(downtimes)
    agent.clients["Pilots"] = pilot_source
    pilot_command = importlib.import_module(f"{_COMMANDS}.PilotCommand")
    if hasattr(pilot_command, "PilotAgentsDB"):  # from 9.1 on the command reads the database itself
        pilot_command.PilotAgentsDB = lambda: pilot_source
    disk_command = importlib.import_module(f"{_COMMANDS}.FreeDiskSpaceCommand")
    disk_command.StorageElement = _Storage
    disk_command.gDataStoreClient = _Accounting


def _ok(value=None):
    return {"OK": True, "Value": value}
