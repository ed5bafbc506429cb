"""All operations of the suite. A sample's ``operation`` is an index into this tuple."""

from __future__ import annotations

from scenarios.operation import Operation
from scenarios.publisher import PUBLISHER_OPERATIONS
from scenarios.resource_management import RESOURCE_MANAGEMENT_OPERATIONS
from scenarios.resource_status_reads import RESOURCE_STATUS_READS
from scenarios.resource_status_writes import RESOURCE_STATUS_WRITES

OPERATIONS: tuple[Operation, ...] = (
    *RESOURCE_STATUS_READS,
    *RESOURCE_STATUS_WRITES,
    *RESOURCE_MANAGEMENT_OPERATIONS,
    *PUBLISHER_OPERATIONS,
)
