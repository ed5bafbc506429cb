"""From all that a self-test has on disk to its figures, and those of other tools on the same pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from harness.errors import BuildError
from harness.selftest import figures
from harness.selftest.drawn_comparisons import DrawnComparison, draw_comparison
from harness.selftest.peers.otava import otava_python, otava_rule
from harness.selftest.peers.rules import RULES, Rule
from harness.selftest.peers.scoring import score_peers
from harness.selftest.pool import Arm, PoolStore
from harness.selftest.rates import Counted
from harness.selftest.raw_data import write_raw_data
from harness.selftest.record import SelftestRecord
from harness.selftest.slowdown import EQUAL, SLOWDOWNS, Slowdown
from harness.selftest.small_changes import SMALL_CHANGES, is_found, wrongly_named
from harness.selftest.whole_comparisons import read_whole
from harness.selftest_result import Figure, Part

#: The power of every size, the intervals and the peers are found with so many trials from the pool.
POWER_TRIALS = 200
COVERAGE_TRIALS = 400
PEER_TRIALS = 200


class Evaluation:
    """``check`` is called between trials, and raises when it is to end: figures of a part change as a whole."""

    def __init__(
        self,
        record: SelftestRecord,
        *,
        cache_directory: Path,
        progress: Callable[[str], None],
        check: Callable[[], None],
    ) -> None:
        self._record = record
        self._settings = record.result.settings
        self._cache_directory = cache_directory
        self._progress = progress
        self._check = check

    def run(self, parts: tuple[Part, ...], trials: int) -> None:
        """Only the figures of these parts are made anew. ``trials``: comparisons of equal builds from the pool."""
        arms = PoolStore(self._record.directory / "pool", self._settings.operations).read()
        self._record.update(pool=tuple(figures.pool_arm(arm) for arm in arms.values()))
        if "pool" in parts and arms:
            file = write_raw_data(arms, self._settings.operations, self._record.directory)
            self._progress(f"every request of every pair: {file}")
        makers: Mapping[Part, Callable[[], Iterator[Figure]]] = {
            "false-alarms": lambda: self._false_alarms(arms, trials),
            "power": lambda: self._power(arms),
            "coverage": lambda: self._coverage(arms),
            "exact": self._exact,
            "stall": lambda: figures.stall(self._record.result.stalls),
        }
        for part, make in makers.items():
            if part in parts:
                made = tuple(make())
                others = tuple(one for one in self._record.result.figures if one.part != part)
                self._record.update(figures=(*others, *made))
        if "peers" in parts:
            self._score_peers(arms)

    def _false_alarms(self, arms: dict[str, Arm], trials: int) -> Iterator[Figure]:
        whole = read_whole(self._record.directory / "comparisons").get(EQUAL.name, [])
        yield from figures.false_alarms("end to end", whole, [one.duration_s / 60 for one in whole])
        if EQUAL.name in arms:
            drawn = self._drawn(arms, EQUAL, trials)
            yield from figures.false_alarms("pool", drawn, _minutes(drawn, arms[EQUAL.name]))

    def _power(self, arms: dict[str, Arm]) -> Iterator[Figure]:
        chosen = len(self._settings.operations) == 1
        stored = read_whole(self._record.directory / "comparisons")
        for slowdown in SLOWDOWNS[1:]:
            if whole := stored.get(slowdown.name, []):
                minutes = [one.duration_s / 60 for one in whole]
                yield figures.power("end to end", slowdown, whole, minutes, chosen=chosen)
            if EQUAL.name in arms and slowdown.name in arms:
                drawn = self._drawn(arms, slowdown, POWER_TRIALS)
                minutes = _minutes(drawn, arms[slowdown.name])
                yield figures.power("pool", slowdown, drawn, minutes, chosen=chosen)

    def _drawn(self, arms: dict[str, Arm], slowdown: Slowdown, trials: int) -> list[DrawnComparison]:
        arm, equal = arms[slowdown.name], arms[EQUAL.name]
        draws = np.random.default_rng([self._settings.seed, SLOWDOWNS.index(slowdown)])
        most_pairs = int(self._settings.budget_s / arm.pair_s)
        drawn = []
        with self._record.spending(f"comparisons drawn from the pool, {slowdown.name}", _quietly) as add:
            for number in range(1, trials + 1):
                self._check()
                drawn.append(draw_comparison(arm, equal, most_pairs, draws))
                add("")
                if number % 100 == 0:
                    self._progress(f"{number} of {trials} comparisons drawn from the pool, {slowdown.name}")
        return drawn

    def _coverage(self, arms: dict[str, Arm]) -> Iterator[Figure]:
        yield from figures.coverage_of_whole(
            read_whole(self._record.directory / "comparisons").get(EQUAL.name, [])
        )
        draws = np.random.default_rng([self._settings.seed, len(SLOWDOWNS)])
        yield from figures.coverage_of_pool(list(arms.values()), COVERAGE_TRIALS, draws)

    def _exact(self) -> Iterator[Figure]:
        stored = read_whole(self._record.directory / "exact")
        changes = [(one, result) for one in SMALL_CHANGES for result in stored.get(one.name, [])]
        named = [wrongly_named(*one) for one in changes]
        found = Counted.of(is_found(*one) for one in changes)
        yield from figures.exact(found, Counted(sum(one[0] for one in named), sum(one[1] for one in named)))

    def _score_peers(self, arms: dict[str, Arm]) -> None:
        rules: list[Rule] = list(RULES)
        left_out: tuple[str, ...] = ()
        try:
            rules.append(otava_rule(otava_python(self._cache_directory, self._progress)))
        except BuildError as error:
            left_out = (f"Apache Otava among the peers: {error}",)
        with self._record.spending("peers on pairs of the pool", _quietly) as add:
            scores = []
            for score in score_peers(arms, rules, PEER_TRIALS, self._settings.seed):
                self._check()
                scores.append(score)
                add("")
        self._record.update(peers=tuple(scores), left_out=left_out)


def _minutes(drawn: list[DrawnComparison], arm: Arm) -> list[float]:
    return [one.pairs * arm.pair_s / 60 for one in drawn]


def _quietly(_line: str) -> None:
    """Of trials that take a second, not each is told."""
