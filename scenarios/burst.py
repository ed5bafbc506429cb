"""Locustfile: the calls of one storage element's evaluation, one after the other."""

from scenarios.rss_user import RssUser


class Burst(RssUser):
    workload = "burst"
