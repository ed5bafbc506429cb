"""bzt reporter ``rss-report``: closes the record, writes the HTML, prints the verdict, sets the exit code."""

from __future__ import annotations

import os
import sys

from bzt import AutomatedShutdown
from bzt.engine import Reporter, Singletone

from harness.index.indexing import index_finished_run
from harness.taurus.failure import failing_the_job
from harness.taurus.stack_service import find_stack, reason_text


class RssReport(Reporter, Singletone):  # type: ignore[misc]
    """Runs after the load and before the stack goes down."""

    def post_process(self) -> None:
        """Raise AutomatedShutdown (exit code 3) when the run failed; an interrupted run keeps bzt's own code."""
        # pandas and matplotlib are read when the load is over, not while a user waits for it to begin
        from reports.measurements import sections_in  # noqa: PLC0415
        from reports.page import write_report  # noqa: PLC0415
        from reports.tables import text_table, verdict_line  # noqa: PLC0415

        service = find_stack(self.engine)
        if service.comparison:
            with failing_the_job():
                result = service.comparison.show()
            if result.status == "complete" and result.verdict not in {"same", "improvement"}:
                raise AutomatedShutdown(f"verdict: {result.verdict}")
            return
        if service.record is None:
            return
        with failing_the_job():
            run = service.record.finish(reason_text(self.engine.stopping_reason))
            report = write_report(service.record.directory)
            sections = [f"{one.title}: {one.line}" for one in sections_in(service.record.directory)[0]]
        if warning := index_finished_run(service.record.directory, os.environ):
            self.log.warning(warning)
        parts = [verdict_line(run), text_table(run), *(["\n".join(sections)] if sections else [])]
        sys.stdout.write("\n\n".join([*parts, f"report: {report}\n"]))
        sys.stdout.flush()
        if run.status == "failed":
            raise AutomatedShutdown(verdict_line(run))
