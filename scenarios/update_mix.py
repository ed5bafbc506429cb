"""Locustfile: changes of existing rows only."""

from scenarios.rss_user import RssUser


class UpdateMix(RssUser):
    workload = "update_mix"
