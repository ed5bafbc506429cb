"""All operations of the suite, the standard ones first. A sample's ``operation`` is an index into OPERATIONS."""

from __future__ import annotations

from scenarios.operation import Operation
from scenarios.publisher import PUBLISHER_OPERATIONS
from scenarios.publisher_pages import PUBLISHER_PAGES
from scenarios.resource_management import RESOURCE_MANAGEMENT_OPERATIONS
from scenarios.resource_management_caches import RESOURCE_MANAGEMENT_CACHES
from scenarios.resource_status_reads import RESOURCE_STATUS_READS
from scenarios.resource_status_upkeep import RESOURCE_STATUS_UPKEEP
from scenarios.resource_status_writes import RESOURCE_STATUS_WRITES

OPERATIONS: tuple[Operation, ...] = (
    *RESOURCE_STATUS_READS,
    *RESOURCE_STATUS_WRITES,
    *RESOURCE_MANAGEMENT_OPERATIONS,
    *PUBLISHER_OPERATIONS,
    *RESOURCE_STATUS_UPKEEP,
    *RESOURCE_MANAGEMENT_CACHES,
    *PUBLISHER_PAGES,
)

#: Those that every comparison times.
STANDARD: tuple[Operation, ...] = tuple(one for one in OPERATIONS if one.timed == "standard")
