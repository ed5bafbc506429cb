from __future__ import annotations

import pytest

from harness.builds.remedies import REMEDIES, constraints_for


@pytest.mark.parametrize(
    ("declared", "constraints"),
    [
        ([], []),
        (["requests", "gfal2-python"], []),
        (["M2Crypto >=0.36"], ["m2crypto<0.40"]),
        (["M2Crypto (>=0.36)"], ["m2crypto<0.40"]),  # as 7.2 writes it
        (["M2Crypto"], ["m2crypto<0.40"]),
        (["M2Crypto>=0.50"], []),
        (["setuptools"], ["setuptools<81"]),
        (["diracx-client>=v0.0.1a18", "diracx-core>=v0.0.1a18"], ["diracx-client<0.0.9", "diracx-core<0.0.9"]),
        (["diracx_client>=v0.0.1"], []),
        (
            ["importlib_resources", 'importlib_resources ; extra == "server"'],
            ["importlib-resources!=6.0.*,!=6.1.*,!=6.2.*,!=6.3.*"],
        ),
    ],
)
def test_a_remedy_goes_by_what_dirac_declares(declared: list[str], constraints: list[str]) -> None:
    assert constraints_for(declared) == constraints


def test_every_remedy_says_why() -> None:
    assert all(remedy.reason for remedy in REMEDIES)
