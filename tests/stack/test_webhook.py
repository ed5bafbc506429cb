"""Our webhook, posted to as SlackAction posts."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.error
import urllib.request

import pytest

from harness.stack.webhook import SLOW_S, Use, Webhook


def post(url: str, body: bytes = b'{"text": "*CE* _all_ --> _Banned_"}') -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("use", ["Slack", "Mattermost"])
def test_both_uses_take_the_same_message_and_keep_it(use: Use) -> None:
    with Webhook() as webhook:
        assert post(webhook.url(use)) == (200, b"ok")
        ((path, body),) = webhook.take()
        assert webhook.url(use).endswith(path)
        assert json.loads(body) == {"text": "*CE* _all_ --> _Banned_"}
        assert webhook.take() == ()


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"text": ""}', b'{"message": "x"}', b""])
def test_what_neither_would_show_is_refused(body: bytes) -> None:
    with Webhook() as webhook:
        assert post(webhook.url(), body) == (400, b"invalid_payload")
        assert len(webhook.take()) == 1


def test_another_path_is_not_the_webhook() -> None:
    with Webhook() as webhook:
        assert post(webhook.url() + "/other")[0] == 400


def test_a_failing_one_has_taken_the_post() -> None:
    with Webhook() as webhook:
        webhook.mode = "failing"
        assert post(webhook.url()) == (500, b"internal_error")
        assert len(webhook.take()) == 1


def test_a_slow_one_answers_late() -> None:
    with Webhook() as webhook:
        webhook.mode = "slow"
        began_s = time.monotonic()
        assert post(webhook.url())[0] == 200
        assert time.monotonic() - began_s >= SLOW_S


def test_a_hanging_one_never_answers_and_closes_after_its_time() -> None:
    with Webhook(hang_s=0.3) as webhook:
        webhook.mode = "hanging"
        began_s = time.monotonic()
        with pytest.raises(http.client.RemoteDisconnected):
            post(webhook.url())
        assert time.monotonic() - began_s >= 0.3


def test_the_end_waits_for_nobody_who_hangs() -> None:
    ended: list[type[BaseException]] = []

    def wait_for_answer(url: str) -> None:
        try:
            post(url)
        except OSError as error:
            ended.append(type(error))

    began_s = time.monotonic()
    with Webhook(hang_s=60) as webhook:
        webhook.mode = "hanging"
        client = threading.Thread(target=wait_for_answer, args=(webhook.url(),))
        client.start()
        while not webhook.take():
            time.sleep(0.01)
    client.join(10)
    assert ended == [http.client.RemoteDisconnected]
    assert time.monotonic() - began_s < 10
