"""A stack that is up until it is told to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import cli_stack
from scenarios.catalogue import read_catalogue
from scenarios.encoding import decode_answer
from scenarios.https_client import HttpsClient

from .installed_script import script


def test_a_front_door_that_a_release_lacks_is_refused_before_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli_stack, "prepare_build", lambda *_arguments: pytest.fail("a build was prepared"))
    refused = CliRunner().invoke(cli_stack.stack, ["up", "7.3.38", "--front-door", "https"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--front-door: DIRAC 7.3.38 has no front door https" in refused.stderr


@pytest.mark.stack
def test_a_stack_is_up_until_it_is_told_to_end_and_a_script_can_use_what_is_printed(own_stacks: Path) -> None:
    started = script(own_stacks, "stack", "up", "--profile", "S", "--format", "json")
    assert started.returncode == 0, started.stderr
    [info] = json.loads(started.stdout)
    assert json.loads(script(own_stacks, "stack", "status", "--format", "json").stdout) == [info]
    assert info["service_url"] in script(own_stacks, "stack", "status").stdout
    catalogue = read_catalogue(Path(info["catalogue_file"]))
    row = catalogue.resource_status[0]
    client = HttpsClient(
        info["service_url"],
        ca_file=info["ca_file"],
        certificate_file=info["user_certificate"],
        key_file=info["user_key"],
        keep_alive=False,
        timeout_s=30.0,
    )
    reply = client.call("ResourceStatus", "select", ["ResourceStatus", {"Name": row.Name}])
    client.close()
    answer = decode_answer(reply.body)
    assert answer["OK"]
    assert {found[0] for found in answer["Value"]} == {row.Name}
    ended = script(own_stacks, "stack", "down")
    assert (ended.returncode, ended.stdout) == (0, "1 stacks ended\n")
    assert script(own_stacks, "stack", "status").stdout == "no stack is up\n"
    assert not list(own_stacks.glob("stack-*"))
