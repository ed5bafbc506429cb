"""URLs of an RSS that runs already."""

from __future__ import annotations

import pytest

from harness.external.settings import parse_urls

DIPS = "dips://rss.example.org:9160/ResourceStatus/ResourceStatus"


@pytest.mark.parametrize(
    "url", ["https://rss.example.org:8443", "https://rss.example.org:8443/", "https://[::1]:8443"]
)
def test_one_https_url_is_that_of_all_services(url: str) -> None:
    reached = parse_urls([url])
    assert (reached.front_door, reached.service_url) == ("https", url.rstrip("/"))
    assert reached.has("Publisher")


def test_over_dips_each_service_has_its_own() -> None:
    publisher = "dips://rss.example.org:9165/ResourceStatus/Publisher"
    reached = parse_urls([publisher, DIPS])
    assert (reached.front_door, reached.service_url) == ("dips", DIPS)
    assert reached.urls == {"ResourceStatus": DIPS, "Publisher": publisher}
    assert not reached.has("ResourceManagement")


@pytest.mark.parametrize(
    "urls",
    [
        [],
        ["rss.example.org:8443"],
        ["http://rss.example.org:8443"],
        ["https://rss.example.org"],
        ["https://user:secret@rss.example.org:8443"],
        ["https://rss.example.org:8443/other"],
        ["https://rss.example.org:8443", "https://rss.example.org:8444"],
        ["https://rss.example.org:8443", DIPS],
        ["dips://rss.example.org:9160/ResourceStatus/Unknown"],
        [DIPS, DIPS],
        ["dips://rss.example.org:9165/ResourceStatus/Publisher"],
    ],
)
def test_what_is_no_such_url_is_refused_with_the_form(urls: list[str]) -> None:
    with pytest.raises(ValueError, match=r"https://HOST:PORT, or dips://HOST:PORT/ResourceStatus/SERVICE"):
        parse_urls(urls)
