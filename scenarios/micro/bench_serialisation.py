"""What services and clients make of an answer on its way: JEncode (HTTPS) and DEncode (DISET), of real answers."""

import pytest
from DIRAC.Core.Utilities import DEncode, JEncode

_CODECS = {"JEncode": JEncode, "DEncode": DEncode}


@pytest.fixture(params=[1, 50, 700], ids="{}_rows".format)
def answer(request, status_database):
    """Whole rows of the log, texts and instants."""
    found = status_database.select("ResourceLog", {"Meta": {"limit": request.param}})
    if len(found["Value"]) < request.param:
        pytest.skip(f"the data set has only {len(found['Value'])} rows in ResourceLog")
    return {"OK": True, "Value": found["Value"]}


@pytest.mark.parametrize("codec", list(_CODECS))
def bench_encode(benchmark, answer, codec):
    encoded = benchmark(_CODECS[codec].encode, answer)
    assert _CODECS[codec].decode(encoded)[0]["OK"] is True


@pytest.mark.parametrize("codec", list(_CODECS))
def bench_decode(benchmark, answer, codec):
    decoded, length = benchmark(_CODECS[codec].decode, _CODECS[codec].encode(answer))
    assert length
    assert [list(row) for row in decoded["Value"]] == [list(row) for row in answer["Value"]]
