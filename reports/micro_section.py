"""Micro-benchmarks on a page, of one build and of two."""

from __future__ import annotations

from harness.micro_comparison import MicroComparison
from harness.micro_measurement import MicroMeasurement
from harness.store import MICRO, MICRO_COMPARISON
from reports.micro_formats import BUILD_HEADING, build_rows, micro_line, without_figures
from reports.micro_wording import HEADING, control_text, rows, side_texts, verdict_line
from reports.plain_tables import Table
from reports.section import Section

GLOSSARY = {
    "micro-benchmark": "one function of DIRAC, called again and again in one process of the build's environment",
}


def micro_section(result: MicroMeasurement) -> Section:
    return Section(
        anchor="micro",
        title="Micro-benchmarks",
        line=micro_line(result),
        acts=bool(result.failed),
        file=MICRO.file,
        result=result,
        builds=(result.build,),
        tables=[Table("Without figures", ("benchmark", "", "why"), without_figures(result))],
        folded=[Table("Every benchmark", BUILD_HEADING, build_rows(result))],
        data_sets=() if result.data_set is None else (result.data_set,),
        glossary=GLOSSARY,
    )


def micro_comparison_section(result: MicroComparison) -> Section:
    absent = [(one.operation, one.build, one.reason) for one in result.absent]
    return Section(
        anchor="micro-comparison",
        title="Micro-benchmarks of two builds",
        line=verdict_line(result),
        acts=result.verdict not in ("same", "improvement"),
        file=MICRO_COMPARISON.file,
        result=result,
        builds=[build for build in (result.baseline, result.contender) if build is not None],
        tables=[
            Table(
                "Judged",
                HEADING,
                [tuple(row) for row in rows(result)],
                [*side_texts(result), f"control: {control_text(result)}"],
            )
        ],
        folded=[Table("Not compared", ("benchmark", "build", "why"), absent)],
        data_sets=() if result.data_set is None else (result.data_set,),
        glossary=GLOSSARY,
    )
