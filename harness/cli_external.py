"""Options of ``rssbench run`` for an RSS that runs already: each is a key of ``modules.rss-stack.external``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

_OPTIONS = (
    click.option("--external", "url", multiple=True, metavar="URL", help="measure an RSS that runs already"),
    click.option("--certificate", metavar="FILE", help="external: of the user that calls"),
    click.option("--key", metavar="FILE", help="external: of that certificate"),
    click.option("--ca", metavar="FILE", help="external: authorities of the server"),
    click.option("--rate-limit", type=int, help="external: requests in any second"),
    click.option("--allow-writes", is_flag=True, default=None, help="external: to elements of the suite's own"),
)


def external_options(function: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def external_overrides(given: Mapping[str, Any]) -> list[str]:
    """As ``key=value`` for a job; none when nothing was asked for."""
    wanted = {name.replace("_", "-"): value for name, value in given.items() if value not in (None, ())}
    if urls := wanted.get("url"):
        wanted["url"] = list(urls) if len(urls) > 1 else urls[0]
    overrides = [f"modules.rss-stack.external.{name}={json.dumps(value)}" for name, value in wanted.items()]
    return ["modules.rss-stack.runtime=external", *overrides] if wanted else []
