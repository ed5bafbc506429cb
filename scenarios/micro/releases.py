"""What differs between the releases of DIRAC, for the micro-benchmarks. No other module here knows of any.

7.2 keeps no VO in its cache; tables and columns are those that the build's own classes declare.
"""

import inspect
import sys
from importlib import import_module

from sqlalchemy.orm import class_mapper

_DATABASES = "DIRAC.ResourceStatusSystem.DB"


def load_configuration(cfg):
    """Read one file and ask no service: DIRAC.initialize, which 7.2 and 7.3 lack, would look for one."""
    from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

    loaded = gConfigurationData.loadFile(cfg)
    if not loaded["OK"]:
        sys.exit(loaded["Message"])
    gConfigurationData.sync()


def version():
    import DIRAC

    return DIRAC.version


def status_database():
    """The build's ResourceStatusDB; makes its tables when they are not there."""
    return import_module(f"{_DATABASES}.ResourceStatusDB").ResourceStatusDB()


def management_database():
    """The build's ResourceManagementDB; makes its tables when they are not there."""
    return import_module(f"{_DATABASES}.ResourceManagementDB").ResourceManagementDB()


def columns(database, table):
    """Names of the columns that this build's table has; None when it has no such table."""
    declared = getattr(import_module(type(database).__module__), table, None)
    return None if declared is None else [column.name for column in class_mapper(declared).columns]


def cache_columns():
    """What the client's cache asks the service for: from 7.3 on with the VO."""
    return ["Name", "ElementType", "StatusType", "Status", *(["VO"] if _cache_knows_vo() else [])]


def cached_statuses(rows):
    """Rows of these columns as the content of the client's cache, by the client's own function."""
    from DIRAC.ResourceStatusSystem.Client.ResourceStatus import getCacheDictFromRawData

    return getCacheDictFromRawData(rows)


def match(cache, name, element_type, status_types):
    """Ask the client's cache as its helper does for a user without a VO."""
    return cache.match(name, element_type, status_types, *([None] if _cache_knows_vo() else []))


def _cache_knows_vo():
    from DIRAC.ResourceStatusSystem.Utilities.RSSCacheNoThread import RSSCache

    return "vO" in inspect.signature(RSSCache.match).parameters
