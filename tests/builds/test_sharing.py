from __future__ import annotations

import compileall
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.builds.sharing import share_bytecode, share_packages


@pytest.fixture
def donor(tmp_path: Path) -> Path:
    """Three packages, compiled; DIRAC among them."""
    site = tmp_path / "donor"
    for package in ("DIRAC", "boto3", "numpy"):
        (site / package).mkdir(parents=True)
        (site / package / "__init__.py").write_text(f"name = {package!r}\n")
    (site / "dirac-9.1.22.dist-info").mkdir()
    (site / "boto3-1.35.dist-info").mkdir()
    (site / "six.py").touch()
    compileall.compile_dir(site, quiet=2)
    return site


def compiled(site: Path) -> set[str]:
    return {str(file.relative_to(site)).partition(".")[0] for file in site.rglob("*.pyc")}


def test_all_packages_but_dirac_are_linked(donor: Path, tmp_path: Path) -> None:
    receiver = tmp_path / "receiver"
    for name in ("DIRAC", "dirac-9.1.23.dist-info"):
        (receiver / name).mkdir(parents=True)
    share_packages(donor, receiver, ("DIRAC", "DIRACCommon"))
    assert {path.name for path in receiver.iterdir()} == {
        *("DIRAC", "dirac-9.1.23.dist-info", "boto3", "boto3-1.35.dist-info", "numpy", "six.py", "__pycache__")
    }
    assert (receiver / "boto3/__init__.py").samefile(donor / "boto3/__init__.py")
    assert not list((receiver / "DIRAC").iterdir())


def test_bytecode_is_shared_where_the_source_is_the_same(donor: Path, tmp_path: Path) -> None:
    receiver = tmp_path / "receiver"
    for package in ("DIRAC", "boto3", "numpy"):
        (receiver / package).mkdir(parents=True)
    os.link(donor / "boto3/__init__.py", receiver / "boto3/__init__.py")
    (receiver / "DIRAC/__init__.py").write_text((donor / "DIRAC/__init__.py").read_text())
    (receiver / "numpy/__init__.py").write_text("name = 'other'\n")

    assert share_bytecode(donor, receiver) == 2

    assert compiled(receiver) == {"boto3/__pycache__/__init__", "DIRAC/__pycache__/__init__"}
    assert not (receiver / "DIRAC/__init__.py").samefile(donor / "DIRAC/__init__.py")
    code = "import DIRAC, boto3, numpy, sys; print(DIRAC.name, boto3.name, numpy.name, boto3.__file__)"
    done = subprocess.run([sys.executable, "-vc", code], cwd=receiver, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["DIRAC", "boto3", "other", str(receiver / "boto3/__init__.py")]
    for package in ("DIRAC", "boto3"):  # python itself takes what is shared for good
        assert f"{receiver}/{package}/__pycache__/__init__.cpython" in done.stderr
        assert f"matches {receiver}/{package}/__init__.py" in done.stderr
