"""Locustfile: new rows only."""

from scenarios.rss_user import RssUser


class InsertMix(RssUser):
    workload = "insert_mix"
