"""A mistake is named with the file its key stands in."""

from __future__ import annotations

from pathlib import Path

from harness.taurus.config_files import config_files, locator


def test_only_existing_configuration_files_are_taken_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("{}")
    arguments = ["-o", "x=1", str(tmp_path / "a.yml"), str(tmp_path / "missing.yml"), "sequential"]
    assert config_files(arguments) == [tmp_path / "a.yml"]


def test_a_key_is_located_in_the_last_file_that_has_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yml", tmp_path / "second.yml"
    first.write_text("modules: {rss-stack: {profile: S, seed: 1}}")
    second.write_text("modules: {rss-stack: {profile: M}}")
    locate = locator([first, second])
    assert locate(("modules", "rss-stack", "profile")) == str(second)
    assert locate(("modules", "rss-stack", "seed")) == str(first)


def test_a_missing_key_is_located_where_its_section_stands(tmp_path: Path) -> None:
    file = tmp_path / "job.yml"
    file.write_text("execution: [{throughput: 3}]")
    assert locator([file])(("execution", 0, "scenario")) == str(file)


def test_merge_marks_of_taurus_do_not_hide_a_key(tmp_path: Path) -> None:
    file = tmp_path / "job.yml"
    file.write_text("~modules: {rss-stack: {sede: 1}}")
    assert locator([file])(("modules", "rss-stack", "sede")) == str(file)
