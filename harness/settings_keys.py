"""The keys of a job: what each is called, what is allowed, what it means. docs/settings.md is made from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.dataset.profiles import PROFILES
from harness.index import INDEX_FILE_VARIABLE, INDEX_VARIABLE
from harness.model import FRONT_DOORS
from harness.settings_values import (
    Reader,
    address,
    build_name,
    choice,
    criteria,
    dirac_version,
    duration_s,
    lanes,
    rate,
    section,
    sections,
    text,
    urls,
    weights,
    whole_number,
    yes_or_no,
)
from harness.stack.choosing import DATABASE_IMAGE_VARIABLE, ENGINE_VARIABLE, RUNTIME_CHOICES, RUNTIME_VARIABLE
from scenarios.workloads import WORKLOADS


@dataclass(frozen=True)
class Key:
    """One setting. ``variable`` is the environment variable that overrides the file, if there is one."""

    name: str
    read: Reader
    #: as it would stand in the file; None for no value
    default: Any
    meaning: str
    variable: str | None = None

    @property
    def default_value(self) -> Any:
        return None if self.default is None else self.read(self.default)


STACK_KEYS = (
    Key(
        "build",
        build_name,
        "9.1.22",
        "DIRAC to measure: release, PATH@REF or PATH, with :SET or without",
        "RSSBENCH_BUILD",
    ),
    Key("baseline", build_name, None, "compare this build with the contender", "RSSBENCH_BASELINE"),
    Key("contender", build_name, None, "the build to judge; in place of `build`", "RSSBENCH_CONTENDER"),
    Key("budget", duration_s, "10m", "how long a comparison may measure at most", "RSSBENCH_BUDGET"),
    Key("lanes", lanes, "exact,paired,load", "what a comparison does", "RSSBENCH_LANES"),
    Key("profile", choice(*PROFILES), "M", "size of the data set", "RSSBENCH_PROFILE"),
    Key("seed", whole_number(0, 2**31 - 1), 1, "of the data set and the arrivals", "RSSBENCH_SEED"),
    Key(
        "runtime",
        choice(*RUNTIME_CHOICES, "external"),
        "processes",
        "how the stack runs; auto: containers if they can; external: one that runs already",
        RUNTIME_VARIABLE,
    ),
    Key("contender-runtime", choice(*RUNTIME_CHOICES), None, "of the contender, when it is to be another one"),
    Key("external", section, None, "of the runtime external: how to reach an RSS that runs already"),
    Key(
        "front-door", choice(*FRONT_DOORS), None, "https where the build has it, else dips", "RSSBENCH_FRONT_DOOR"
    ),
    Key(
        "contender-front-door",
        choice(*FRONT_DOORS),
        None,
        "of the contender, when it is to be another one",
        "RSSBENCH_CONTENDER_FRONT_DOOR",
    ),
    Key("port", whole_number(1024, 65535), None, "of the services; a free one if not given", "RSSBENCH_PORT"),
    Key("exact", yes_or_no, "true", "count the SQL of every operation after the load", "RSSBENCH_EXACT"),
    Key("also", sections, "none", "what a run measures beside its load; not in a comparison", "RSSBENCH_ALSO"),
    Key("cache", text, None, "folder of the installed builds", "RSSBENCH_CACHE"),
    Key("folder", text, None, "where stacks live while they run", "RSSBENCH_STACK_FOLDER"),
)

EXTERNAL_KEYS = (
    Key("url", urls, None, "https://HOST:PORT, or a list of dips://HOST:PORT/ResourceStatus/SERVICE"),
    Key("certificate", text, None, "of the user that calls, PEM; a proxy has its key in the same file"),
    Key("key", text, None, "of that certificate, mode 0600"),
    Key("ca", text, None, "certificates of the authorities that signed the server's, PEM"),
    Key(
        "rate-limit", whole_number(1, 10_000), 10, "requests in any second, of all workers and of the suite itself"
    ),
    Key("allow-writes", yes_or_no, "false", "to elements of the suite's own, whose names begin with rssbench-"),
    Key("version", dirac_version, "9.1", "of DIRAC there; over dips its encoding follows from it"),
    Key("setup", text, None, "over dips: of that installation, where its release has setups"),
    Key("group", text, None, "over dips: the user's, if not the default one"),
    Key("vo", text, "unknown", "over dips: the user's"),
)

LOAD_KEYS = (
    Key("workers", whole_number(1, 64), 1, "generator processes that share the load", "RSSBENCH_WORKERS"),
    Key("request-timeout", duration_s, "30s", "deadline of one request"),
    Key("quick-ack", yes_or_no, "true", "over dips: acknowledge at once; false waits as DIRAC's own client does"),
    Key("drain-timeout", duration_s, "10s", "how long due requests may be served after the end"),
    Key(
        "remote-workers",
        whole_number(1, 256),
        None,
        "workers on other machines, in place of `workers`; they come with `rssbench worker`",
        "RSSBENCH_REMOTE_WORKERS",
    ),
    Key("bind", address, "127.0.0.1:5557", "where remote workers come to", "RSSBENCH_BIND"),
    Key("wait-for-workers", duration_s, "60s", "how long remote workers are waited for"),
    Key("token-file", text, None, "file with the secret of remote workers, mode 0600", "RSSBENCH_TOKEN_FILE"),
    Key(
        "allow-network",
        yes_or_no,
        "false",
        "remote workers may come over a network; what is said is signed, not encrypted",
        "RSSBENCH_ALLOW_NETWORK",
    ),
)

REPORT_KEYS = (Key("criteria", criteria, (), "what must hold for every trial, beside no errors"),)

NIGHTLY_KEYS = (
    Key("reference", build_name, None, "to compare each night with; else `build`", "RSSBENCH_NIGHTLY_REFERENCE"),
    Key("sources", text, None, "git clone or URL, for commits; else releases", "RSSBENCH_NIGHTLY_SOURCES"),
    Key("branch", text, "integration", "of the sources", "RSSBENCH_NIGHTLY_BRANCH"),
    Key("budget", duration_s, "30m", "how long a night may measure at most", "RSSBENCH_NIGHTLY_BUDGET"),
    Key("results", text, "results", "folder of the runs", "RSSBENCH_NIGHTLY_RESULTS"),
    Key("public", text, "public", "folder of the pages to publish", "RSSBENCH_NIGHTLY_PUBLIC"),
    Key("nights", whole_number(1, 1000), 30, "how many stay published", "RSSBENCH_NIGHTLY_NIGHTS"),
)

EXECUTION_KEYS = (
    Key("scenario", text, None, "name of a scenario or workload"),
    Key("concurrency", whole_number(1, 1000), 1, "users; with throughput: connections that serve the arrivals"),
    Key("throughput", rate, None, "requests per second, open-loop; without it users work back to back"),
    Key("ramp-up", duration_s, "0s", "until the full load is reached; not part of the measured window"),
    Key("hold-for", duration_s, None, "how long the full load is held and measured"),
    Key("steps", whole_number(1, 1000), None, "ramp up in this many equal steps"),
    Key("iterations", whole_number(1, 1_000_000), None, "of each user"),
)

SCENARIO_KEYS = (
    Key("workload", choice(*WORKLOADS), None, "the mix of operations; the scenario's name if not given"),
    Key("arrivals", choice("constant", "poisson"), "constant", "spacing of open-loop arrivals"),
    Key("connection", choice("keep-alive", "per-call"), "keep-alive", "per-call is what DIRAC's own client does"),
    Key("weights", weights, None, "operation weights in place of the workload's"),
)

SECTIONS = {
    "modules.rss-stack": STACK_KEYS,
    "modules.rss-stack.external": EXTERNAL_KEYS,
    "modules.rss-load": LOAD_KEYS,
    "modules.rss-report": REPORT_KEYS,
    "modules.rss-nightly": NIGHTLY_KEYS,
    "execution[]": EXECUTION_KEYS,
    "scenarios.NAME": SCENARIO_KEYS,
}

#: Without these bzt would run the load, or none, and exit 0 whatever came of it.
NEEDED_MODULES = {"services": "rss-stack", "reporting": "rss-report"}

#: Variables with our prefix that are not settings of a job.
INTERNAL_VARIABLES = frozenset({"RSSBENCH_LOAD_PLAN", "RSSBENCH_MARK"})

#: Where the index of runs is. No key of a job: bzt would copy a password in it beside the run.
INDEX_VARIABLES = frozenset({INDEX_VARIABLE, INDEX_FILE_VARIABLE})


#: What containers are made with, beside the job: a machine has them or not.
ENGINE_VARIABLES = frozenset({ENGINE_VARIABLE, DATABASE_IMAGE_VARIABLE})


def settings_table() -> str:
    """All settings as a Markdown table."""
    lines = ["| key | default | meaning | variable |", "|---|---|---|---|"]
    for place, keys in SECTIONS.items():
        for key in keys:
            default = "" if key.default in (None, ()) else f"`{key.default}`"
            variable = f"`{key.variable}`" if key.variable else ""
            lines.append(f"| `{place}.{key.name}` | {default} | {key.meaning} | {variable} |")
    return "\n".join(lines)
