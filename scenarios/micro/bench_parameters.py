"""How the clients make parameters of their arguments, up to where they hand them to the transport."""

from DIRAC.ResourceStatusSystem.Client.ResourceManagementClient import ResourceManagementClient, prepareDict
from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient

_STATUS = {
    "name": "arc01.geneva.example",
    "statusType": "all",
    "status": "Active",
    "elementType": "ComputingElement",
    "reason": "Every policy agrees",
    "tokenOwner": "rs_svc",
}


class _Transport:
    """Stands where the transport begins and gives back what it was handed: nothing is sent or answered."""

    @staticmethod
    def select(table, parameters):
        return table, parameters

    addOrModify = select  # noqa: N815  DIRAC's name


def _without_transport(client_class):
    client = client_class()
    client._getRPC = lambda *_args, **_options: _Transport
    return client


def bench_prepare_dict_filled(benchmark):
    """As a status is written: most columns have a value."""
    names = [*"ABCDEFGHIJ"]
    values = [*_STATUS.values(), None, None, None, "all"]
    assert len(benchmark(prepareDict, names, values)) == 7


def bench_prepare_dict_sparse(benchmark):
    """As a downtime is asked for: two of twelve columns have a value."""
    names = [*"ABCDEFGHIJKL"]
    values = [None, "Resource", "arc01.geneva.example", *[None] * 9]
    assert len(benchmark(prepareDict, names, values)) == 2


def bench_status_select(benchmark):
    client = _without_transport(ResourceStatusClient)
    table, parameters = benchmark(client.selectStatusElement, "Resource", "Status", name="arc01.geneva.example")
    assert table == "ResourceStatus"
    assert parameters["Name"] == "arc01.geneva.example"


def bench_status_add_or_modify(benchmark):
    client = _without_transport(ResourceStatusClient)
    table, parameters = benchmark(client.addOrModifyStatusElement, "Resource", "Status", **_STATUS)
    assert table == "ResourceStatus"
    assert parameters["Reason"] == _STATUS["reason"]


def bench_management_select(benchmark):
    client = _without_transport(ResourceManagementClient)
    table, parameters = benchmark(client.selectDowntimeCache, element="Resource", name="arc01.geneva.example")
    assert (table, parameters) == ("DowntimeCache", {"Element": "Resource", "Name": "arc01.geneva.example"})
