"""DIRAC's own client, with a grid proxy as users have it, against services that the launcher started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.stack.lifecycle import Stack

pytestmark = pytest.mark.stack

CLIENT = """
import os, sys
import DIRAC
url, certificate, key, ca_directory, proxy, group = sys.argv[1:]
DIRAC.initialize(require_auth=False, extra_config={
    "DIRAC": {"Security": {"CALocation": ca_directory}},
    "Systems": {"ResourceStatus": {"URLs": {
        "ResourceStatus": url + "/ResourceStatus/TornadoResourceStatus"}}},
})
from DIRAC.Core.Security.X509Chain import X509Chain
chain = X509Chain()
assert chain.loadChainFromFile(certificate)["OK"] and chain.loadKeyFromFile(key)["OK"]
assert chain.generateProxyToFile(proxy, 3600, diracGroup=group)["OK"]
os.environ["X509_USER_PROXY"] = proxy
from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient
client = ResourceStatusClient()
rows = client.selectStatusElement("Site", "Status")
print(len(rows["Value"]) if rows["OK"] else rows["Message"])
written = client.insert("SiteStatus", {"Name": "LCG.Proxy.xx", "StatusType": "all", "VO": group})
print(written["OK"], written.get("Message"))
"""


def run_client(build: BuildEnvironment, stack: Stack, directory: Path, name: str) -> list[str]:
    identity = stack.identities[name]
    files = [
        identity.certificate_file,
        identity.key_file,
        stack.certificates.ca_directory,
        directory / "proxy.pem",
    ]
    finished = subprocess.run(
        [build.python, "-c", CLIENT, stack.service_url, *files, f"rss_{name}"],
        capture_output=True,
        text=True,
        cwd=directory,
        env={"PATH": os.defpath, "HOME": str(directory), "DIRAC_ROOT_PATH": str(directory)},
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()[-2:]


def test_a_proxy_of_the_admin_reads_and_writes(build: BuildEnvironment, stack: Stack, tmp_path: Path) -> None:
    rows, written = run_client(build, stack, tmp_path, "admin")
    assert int(rows) >= PROFILES["S"].sites
    assert written == "True None"


def test_a_proxy_of_the_user_reads_and_may_not_write(
    build: BuildEnvironment, stack: Stack, tmp_path: Path
) -> None:
    rows, written = run_client(build, stack, tmp_path, "user")
    assert int(rows) >= PROFILES["S"].sites
    assert written.startswith("False ")
    assert "Permission denied" in written
