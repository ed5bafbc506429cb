"""Locustfile: reads only."""

from scenarios.rss_user import RssUser


class SelectMix(RssUser):
    workload = "select_mix"
