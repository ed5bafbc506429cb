"""`rssbench run` checks a job before bzt starts, and hands it to bzt so that the command on record repeats it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bzt.cli import CLI

from harness.errors import SettingsError
from harness.taurus import invocation
from harness.taurus.invocation import check_settings, run_bzt

JOB = """
~services: [rss-stack]
~reporting: [rss-report]
execution:
- {scenario: select_mix, throughput: 3, hold-for: 1s}
- {scenario: burst, iterations: 1}
- {scenario: stampede, iterations: 1}
"""


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        file = tmp_path / "job.yml"
        file.write_text(text)
        return str(file)

    return write


Config = Callable[[str], str]


def test_a_right_job_is_accepted_with_its_merge_marks(config: Config) -> None:
    check_settings(config(JOB), ["modules.rss-stack.profile=S"], {}, ("burst",))


@pytest.mark.parametrize("modules", ["", "modules:", "modules: {rss-stack:}", "modules: {rss-stack: {seed: 2}}"])
def test_an_option_is_checked_like_a_key_of_the_file(config: Config, modules: str) -> None:
    file = config(JOB + modules)
    with pytest.raises(SettingsError) as wrong:
        check_settings(file, ["modules.rss-stack.profile=huge"], {})
    [mistake] = wrong.value.mistakes
    assert "modules.rss-stack.profile: 'huge' is not allowed; allowed: one of S, M" in mistake


@pytest.mark.parametrize("modules", ["modules: [list]", "modules: {rss-stack: 3}"])
def test_an_option_for_a_section_that_is_none_leaves_the_mistake_to_be_told(config: Config, modules: str) -> None:
    file = config(JOB + modules)
    with pytest.raises(SettingsError, match=r"modules.*allowed: keys with values"):
        check_settings(file, ["modules.rss-stack.profile=S"], {})


def test_mistakes_of_executions_that_are_left_out_do_not_count(config: Config) -> None:
    file = config(JOB.replace("burst, iterations: 1", "burst, iterations: 0"))
    check_settings(file, [], {}, ("select_mix",))
    with pytest.raises(SettingsError, match="iterations"):
        check_settings(file, [], {}, ("burst",))


def test_a_scenario_that_the_job_does_not_have_is_refused_with_those_it_has(config: Config) -> None:
    with pytest.raises(SettingsError) as wrong:
        check_settings(config(JOB), [], {}, ("bust", "burst", "x"))
    allowed = "allowed: select_mix, burst, stampede"
    assert wrong.value.mistakes == [
        f"--scenario: 'bust' is not allowed; {allowed}",
        f"--scenario: 'x' is not allowed; {allowed}",
    ]


def test_an_execution_may_stand_alone(config: Config) -> None:
    single = "services: [rss-stack]\nreporting: [rss-report]\nexecution: {scenario: burst, iterations: 1}"
    check_settings(config(single), [], {}, ("burst",))


@pytest.mark.parametrize(
    ("text", "told"),
    [("a: [", "not YAML"), ("- list", "a mapping of keys"), ("", "a mapping of keys"), ("3", "a mapping of keys")],
)
def test_a_file_that_is_no_configuration_is_refused_in_one_line(config: Config, text: str, told: str) -> None:
    file = config(text)
    with pytest.raises(SettingsError) as wrong:
        check_settings(file, [], {})
    [mistake] = wrong.value.mistakes
    assert mistake.startswith(f"{file}: ")
    assert told in mistake
    assert "\n" not in mistake


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "job.yml").write_bytes(b"\xff\xfe\x00")
    for name, told in (("job.yml", "not YAML"), ("none.yml", "cannot be read: No such file")):
        with pytest.raises(SettingsError, match=told):
            check_settings(str(tmp_path / name), [], {})


@pytest.fixture
def bzt_sees(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What bzt finds on its command line, in place of a bzt that runs."""
    seen: list[str] = []
    monkeypatch.setattr(sys, "argv", ["rssbench"])
    monkeypatch.setattr(invocation, "bzt_main", lambda: seen.extend(sys.argv))
    return seen


def test_bzt_gets_the_file_itself_and_options(config: Config, bzt_sees: list[str]) -> None:
    assert run_bzt(config(JOB), ["a.b=1", "c=2"]) == 0
    assert bzt_sees == ["bzt", config(JOB), "-o", "a.b=1", "-o", "c=2"]
    assert CLI.console_handler.stream is sys.stderr


def test_executions_are_left_out_from_the_end_so_that_places_hold(config: Config, bzt_sees: list[str]) -> None:
    run_bzt(config(JOB), [], ("burst",))
    assert bzt_sees[2:] == ["-o", "execution.^2=", "-o", "execution.^0="]


@pytest.mark.parametrize(("code", "answered"), [(0, 0), (3, 3), (None, 1), ("text", 1)])
def test_the_exit_code_is_that_of_bzt(
    config: Config, monkeypatch: pytest.MonkeyPatch, code: object, answered: int
) -> None:
    def end() -> None:
        raise SystemExit(code)

    monkeypatch.setattr(sys, "argv", ["rssbench"])
    monkeypatch.setattr(invocation, "bzt_main", end)
    assert run_bzt(config(JOB), []) == answered
