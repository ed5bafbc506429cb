"""What a scenario sends: a weighted mix of operations, or a fixed sequence of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """Either ``weights`` (operation name to weight; each arrival is one operation) or ``sequence`` (each arrival
    is one iteration, which calls the operations in order)."""

    name: str
    description: str
    weights: Mapping[str, float] | None = None
    sequence: tuple[str, ...] | None = None

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations, each once, in the order of the workload."""
        return tuple(dict.fromkeys(self.weights or self.sequence or ()))


# Derived from DIRAC 9.1's code and default configuration for a large single-community installation (652 rows of
# ResourceStatus, 60,000 running jobs, policies evaluated every 25 minutes): jobs that fill an empty cache are the
# dominant readers, the inspector agents the dominant writers. No production log is behind it. In percent.
_PRODUCTION = {
    "ResourceStatus.select full table": 40,
    "ResourceStatus.addOrModify status": 12.25,
    "ResourceStatus.addOrModify site status": 0.75,
    "ResourceStatus.select exact row": 5,
    "ResourceStatus.select by name and token owner": 5,
    "ResourceStatus.select by name": 3,
    "ResourceStatus.select last history": 5,
    "ResourceManagement.select downtimes": 12,
    "ResourceManagement.addOrModify policy result": 12,
    "ResourceManagement.addOrModify pilot": 4,
    "ResourceStatus.delete old log": 0.25,
    "ResourceStatus.insert email cache": 0.25,
    "ResourceStatus.addIfNotThere new element": 0.25,
    "Publisher.getElementHistory": 0.25,
}

# The reads of production in their shares, and beside them those that are rare or new there.
_SELECTS = {
    "ResourceStatus.select full table": 40,
    "ResourceStatus.select site status full": 5,
    "ResourceStatus.select by name": 10,
    "ResourceStatus.select exact row": 10,
    "ResourceStatus.select by name and token owner": 10,
    "ResourceStatus.select last history": 5,
    "ResourceManagement.select downtimes": 10,
    "ResourceManagement.select pilots": 4,
    "ResourceManagement.select pilots of site": 1,
    "ResourceManagement.select policy results": 5,
}

_INSERTS = {
    "ResourceStatus.addIfNotThere new element": 1,
    "ResourceStatus.insert email cache": 1,
    "ResourceStatus.insert history": 1,
    "ResourceManagement.addOrModify new policy result": 1,
}

_UPDATES = {
    "ResourceStatus.addOrModify status": 13,
    "ResourceStatus.addOrModify site status": 1,
    "ResourceManagement.addOrModify policy result": 12,
    "ResourceManagement.addOrModify pilot": 4,
    "ResourceManagement.addOrModify downtime": 1,
}

# One status type of a storage element, two policies. Since 7.3 LogStatusAction writes the status once per row of
# the element, whatever its status type: four times for the four ways of access.
_EVALUATION = (
    "ResourceManagement.select downtimes",
    "ResourceStatus.select exact row",
    "ResourceManagement.addOrModify policy result",
    "ResourceManagement.addOrModify policy result",
    "ResourceStatus.select by name and token owner",
    "ResourceStatus.addOrModify status",
    "ResourceStatus.addOrModify status",
    "ResourceStatus.addOrModify status",
    "ResourceStatus.addOrModify status",
)

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        Workload("select_mix", "reads only", weights=_SELECTS),
        Workload("insert_mix", "new rows only", weights=_INSERTS),
        Workload("update_mix", "changes of existing rows only", weights=_UPDATES),
        Workload("production_mix", "what a large installation sends in a day, in its shares", weights=_PRODUCTION),
        Workload(
            "burst", "the calls of one storage element's evaluation, one after the other", sequence=_EVALUATION
        ),
        Workload(
            "stampede",
            "many cold caches filled at once from the whole table",
            sequence=("ResourceStatus.select full table",),
        ),
    )
}
