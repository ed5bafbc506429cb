"""The record of a comparison of micro-benchmarks on disk: there from the start, and always true."""

from __future__ import annotations

from pathlib import Path

from harness.compare.verdict import conclude
from harness.measure.kept_record import KeptRecord, beginning
from harness.micro.observations import MicroObservations
from harness.micro_comparison import MicroComparison, MicroSettings
from harness.model import BuildIdentity
from harness.stats.multiplicity import FAMILY_ERROR_RATIO
from harness.store import MICRO_COMPARISON


class MicroRecord(KeptRecord[MicroComparison]):
    """Keeps ``micro.json`` in ``directory``."""

    kind = MICRO_COMPARISON

    def __init__(
        self,
        directory: Path,
        *,
        command: str,
        settings: MicroSettings | None = None,
        builds: tuple[BuildIdentity, BuildIdentity] | None = None,
        files: tuple[str, ...] = (),
    ) -> None:
        """Of a comparison that begins, of builds or of files. RssbenchError when it cannot be written."""
        begun = MicroComparison(
            **beginning(MICRO_COMPARISON, directory, command),
            verdict="inconclusive",
            reasons=(),
            baseline=builds[0] if builds else None,
            contender=builds[1] if builds else None,
            files=files,
            data_set=None,
            settings=settings,
            family_error_ratio=FAMILY_ERROR_RATIO,
            interleaved=True,
            judgements=(),
            control=(),
            wall_times=(),
            absent=(),
        )
        super().__init__(directory, begun)
        self.update()

    def judge(self, compared: MicroObservations, control: MicroObservations, names: tuple[str, str]) -> None:
        """What is measured until now; ``names`` are those of the sides."""
        judgements, of_control = compared.judgements(), control.judgements()
        conclusion = conclude(judgements, of_control)
        self.update(
            verdict=conclusion.verdict if judgements else "inconclusive",
            reasons=conclusion.reasons,
            judgements=judgements,
            control=of_control,
            wall_times=compared.wall_times(),
            absent=compared.absent(names),
        )
