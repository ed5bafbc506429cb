"""The user of each workload, for a process that learns which it is to be when it runs already."""

from __future__ import annotations

from scenarios.burst import Burst
from scenarios.insert_mix import InsertMix
from scenarios.production_mix import ProductionMix
from scenarios.rss_user import RssUser
from scenarios.select_mix import SelectMix
from scenarios.stampede import Stampede
from scenarios.update_mix import UpdateMix

USER_CLASSES: dict[str, type[RssUser]] = {
    one.workload: one for one in (SelectMix, InsertMix, UpdateMix, ProductionMix, Burst, Stampede)
}
