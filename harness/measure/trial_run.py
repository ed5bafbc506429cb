"""One trial while it runs: the plan of its load, its workers, what they use, and what came of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import sqlalchemy.exc

from harness.errors import RssbenchError
from harness.measure.audit import audit_writes
from harness.measure.criteria import parse_criterion
from harness.measure.target import Target
from harness.measure.trial import summarise_trial
from harness.measure.usage import UsageRecorder
from harness.measure.workers import Workers
from harness.model import Audit, TrialResult, TrialStatus
from harness.store import writing
from scenarios.catalogue import read_catalogue
from scenarios.load_plan import LoadPlan


class TrialRun:
    """Start it, poll it until it says True, finish it. ``finish`` may come earlier, with the reason."""

    def __init__(
        self, stack: Target, plan: LoadPlan, criteria: tuple[str, ...], workers: Workers | None = None
    ) -> None:
        """``workers``: who sends the load of the plan, when not processes of this machine."""
        self.stack = stack
        self.plan = plan
        self.criteria = criteria
        self.directory = Path(plan.output_dir)
        self.workers = workers or Workers(plan, stack.mark)
        self.usage: UsageRecorder | None = None

    def start(self) -> None:
        """Workers ready, usage recorded, then the first arrival. RssbenchError when a worker cannot work."""
        self.prepare()
        self.begin()

    def prepare(self) -> None:
        """Workers started, connected and waiting. RssbenchError when a worker cannot work."""
        self.workers.start()

    def begin(self) -> None:
        """Usage recorded, then the first arrival."""
        groups = {"generator": self.workers.pids, **self.stack.meters}
        self.usage = UsageRecorder(self.directory / "usage.jsonl", groups)
        self.usage.sample()
        self.workers.release()

    def poll(self) -> bool:
        """Sample usage; True when all workers have ended. RssbenchError when one ended in an error."""
        running = self.workers.running()
        if running and self.usage:
            self.usage.sample()
        return not running

    def finish(self, interrupted: str | None) -> TrialResult:
        """End the workers, audit the writes, judge. ``interrupted`` says why the trial ended early."""
        self.workers.stop()
        problems = [interrupted] if interrupted else []
        audit = self._audit(problems)
        status: TrialStatus = "incomplete" if problems else "passed"
        result = summarise_trial(self.directory, status=status, problems=tuple(problems), audit=audit)
        if not problems:
            result = judge_trial(result, self.criteria)
        with writing(self.directory / "result.json"):
            (self.directory / "result.json").write_bytes(msgspec.json.encode(result))
        return result

    def _audit(self, problems: list[str]) -> Audit | None:
        database = self.stack.database
        if database is None:
            return None
        try:
            catalogue = read_catalogue(self.stack.catalogue_file)
            return audit_writes(self.directory, catalogue, database.url)
        except sqlalchemy.exc.SQLAlchemyError as error:
            problems.append(f"writes could not be looked up, the database did not answer: {type(error).__name__}")
        except (RssbenchError, OSError) as error:
            problems.append(f"writes could not be looked up: {error}")
        return None


def judge_trial(result: TrialResult, criteria: tuple[str, ...]) -> TrialResult:
    """The trial with its verdict: failed when a criterion does not hold or an acknowledged write is lost.

    Without a criterion on errors, any error fails the trial.
    """
    if result.requests == 0:
        return msgspec.structs.replace(result, status="failed", problems=("no request was sent", *result.problems))
    parsed = [parse_criterion(text) for text in criteria]
    if not any(criterion.metric == "errors" for criterion in parsed):
        parsed.append(parse_criterion("errors <= 0%"))
    failures = [failure for criterion in parsed if (failure := criterion.judge(result))]
    if result.audit and result.audit.lost:
        failures.append(
            f"{result.audit.lost} of {result.audit.acknowledged} acknowledged writes are not in the database"
        )
    if not failures:
        return result
    return msgspec.structs.replace(result, status="failed", problems=(*failures, *result.problems))
