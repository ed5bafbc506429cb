"""Locustfile: what a large installation sends in a day, in its shares."""

from scenarios.rss_user import RssUser


class ProductionMix(RssUser):
    workload = "production_mix"
