"""Our mail server, sent to by Python's own client, as DIRAC does."""

from __future__ import annotations

import smtplib

from harness.stack.mail_sink import MailSink


def send(port: int, text: str) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("rss@rssbench.example", ["one@rssbench.example"], f"Subject: test\r\n\r\n{text}")


def test_mails_are_kept_in_their_order() -> None:
    with MailSink() as sink:
        send(sink.port, "first")
        send(sink.port, "second\r\nline\r\n.with a dot")
    assert [mail.split(b"\r\n\r\n")[1] for mail in sink.mails] == [
        b"first\r\n",
        b"second\r\nline\r\n.with a dot\r\n",
    ]


def test_something_can_happen_while_a_mail_is_sent() -> None:
    numbers: list[int] = []
    with MailSink(numbers.append) as sink:
        send(sink.port, "first")
        assert numbers == [1]  # before the client had its acknowledgement
        send(sink.port, "second")
    assert numbers == [1, 2]


def test_a_client_that_leaves_in_the_middle_leaves_nothing() -> None:
    with MailSink() as sink:
        client = smtplib.SMTP("127.0.0.1", sink.port)
        client.ehlo()
        client.close()
    assert sink.mails == []
