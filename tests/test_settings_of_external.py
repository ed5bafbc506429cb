"""A load on an RSS that others use is permitted completely, or refused with every mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import SettingsError
from harness.settings import Job, read_job
from harness.stack.certificates import make_certificates


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = make_certificates(tmp_path_factory.mktemp("external") / "pki")
    user = made.identities["user"]
    return {
        "url": "https://rss.example.org:8443",
        "certificate": str(user.certificate_file),
        "key": str(user.key_file),
        "ca": str(made.ca_file),
    }


def job(external: dict[str, Any] | None, scenario: str = "select_mix", **more: Any) -> Job:
    config = {
        "services": ["rss-stack"],
        "reporting": ["rss-report"],
        "modules": {
            "rss-stack": {"runtime": "external", "external": external} | more.pop("stack", {}),
            "rss-load": more.pop("load", {}),
        },
        "execution": [{"scenario": scenario, "throughput": 5, "hold-for": "5s"} | more],
        "scenarios": {"own": {"workload": "insert_mix", "weights": {"ResourceStatus.insert history": 1}}},
    }
    return read_job(config, {}, lambda _path: "my.yml")


def mistakes(external: dict[str, Any] | None, scenario: str = "select_mix", **more: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        job(external, scenario, **more)
    return caught.value.mistakes


def test_reads_within_the_limit_are_permitted(files: dict[str, str]) -> None:
    external = job(files).external
    assert external is not None
    assert (external.rate_limit_per_s, external.allow_writes) == (10, False)
    assert external.diset() is None
    assert not job(files).exact, "nothing of its database can be counted"


def test_over_dips_the_release_decides_how_to_speak(files: dict[str, str]) -> None:
    urls = [f"dips://h:916{n}/ResourceStatus/{s}" for n, s in enumerate(("ResourceStatus", "ResourceManagement"))]
    external = job(
        files | {"url": urls, "version": "7.3.38", "setup": "Certification", "group": "dirac_prod"}
    ).external
    assert external is not None
    diset = external.diset()
    assert diset is not None
    assert (diset.encoding, diset.setup, diset.group) == ("dencode", "Certification", "dirac_prod")


def test_all_that_is_needed_is_asked_for_at_once() -> None:
    assert [line.split(": ")[1] for line in mistakes(None)] == [
        f"modules.rss-stack.external.{name}" for name in ("url", "certificate", "key", "ca")
    ]


def test_writes_need_permission(files: dict[str, str]) -> None:
    (found,) = mistakes(files, "update_mix")
    assert "only read unless allow-writes: true" in found
    assert job(files | {"allow-writes": True}, "update_mix").external
    assert job(files | {"allow-writes": True}, "own").external


def test_writes_that_would_touch_what_others_have_are_refused_whatever_is_permitted(files: dict[str, str]) -> None:
    (found,) = mistakes(files | {"allow-writes": True}, "production_mix")
    assert "ResourceStatus.delete old log" in found
    assert "would touch what is not the suite's own; writes allowed at an external RSS: " in found


@pytest.mark.parametrize("more", [{"throughput": 10.5}, {"load": {"workers": 11}}])
def test_a_load_above_the_limit_is_refused(files: dict[str, str], more: dict[str, Any]) -> None:
    (found,) = mistakes(files, **more)
    assert "rate-limit of 10/s" in found


def test_a_service_that_cannot_be_reached_is_named(files: dict[str, str]) -> None:
    (found,) = mistakes(files | {"url": "dips://h:9160/ResourceStatus/ResourceStatus"})
    assert "select_mix: needs ResourceManagement; name its URL, too" in found


def test_a_bad_url_is_told_once(files: dict[str, str]) -> None:
    (found,) = mistakes(files | {"url": "http://h"})
    assert "modules.rss-stack.external.url: 'http://h' is not allowed" in found


def test_a_key_that_others_can_read_is_refused_here(files: dict[str, str], tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(Path(files["key"]).read_bytes())
    key.chmod(0o640)
    (found,) = mistakes(files | {"key": str(key)})
    assert found.startswith("my.yml: modules.rss-stack.external.key: ")
    assert "chmod 600" in found


def test_the_section_needs_its_runtime_and_the_runtime_no_comparison(files: dict[str, str]) -> None:
    (found,) = mistakes(files, stack={"runtime": "processes"})
    assert "modules.rss-stack.external: needs runtime: external" in found
    (found,) = mistakes(files, stack={"baseline": "9.1.21", "contender": "9.1.22"})
    assert "a comparison starts both builds itself" in found
