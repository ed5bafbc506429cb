"""Locustfile: many cold caches filled at once from the whole table."""

from scenarios.rss_user import RssUser


class Stampede(RssUser):
    workload = "stampede"
    connects_early = False
