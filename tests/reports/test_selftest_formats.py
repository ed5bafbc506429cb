"""A self-test in words: the verdict first, each figure with its trials, interval and where it is from."""

from __future__ import annotations

import msgspec

from harness.selftest_result import SelftestResult
from reports.selftest_formats import SELFTEST_FORMATS
from reports.selftest_illustrations import detection_frame, peer_illustration
from reports.selftest_page import write_selftest_report
from reports.selftest_tables import selftest_tables, verdict_line
from reports.units import MISSING
from tests.reports.synthetic_selftest import selftest


def table(title: str) -> list[tuple[str, ...]]:
    (found,) = (one for one in selftest_tables(selftest()) if one.title.startswith(title))
    return list(found.rows)


def test_the_verdict_counts_what_reaches_its_aim() -> None:
    assert verdict_line(selftest()).endswith("5 of 7 aims reached, 1 missed, 1 with too few trials to say")
    assert verdict_line(selftest(figures=())).endswith("nothing measured")


def test_a_figure_says_trials_interval_aim_and_where_it_is_from() -> None:
    pool, end_to_end = table("False alarms")
    assert pool[0] == "pool"
    assert pool[2:] == ("2 of 1,000", "0.2 % (0.0 to 2.2)", "at most 1 %", "reached", "20 (31)", "1 min 48 s")
    assert end_to_end[0] == "end to end"
    assert end_to_end[5] == "open"


def test_our_rule_stands_above_the_peers() -> None:
    ours, peer = table("Peers on the same pairs, service time, tuned")
    assert ours[0] == "rssbench compare, all questions"
    assert ours[3:] == (
        "0.2 % (0.0 to 2.2)",
        "30.0 % (28.0 to 32.0), 20 pairs",
        "60.0 % (58.0 to 62.0), 20 pairs",
        "100.0 % (98.0 to 100.0), 20 pairs",
        "100.0 % (98.0 to 100.0), 20 pairs",
    )
    assert peer[:3] == ("Mann-Whitney on all requests", "10, one after the other", "factor 1.062")
    (as_it_comes,) = table("Peers on the same pairs, service time, as they come")
    assert as_it_comes[2:4] == ("z 1.96", "45.0 % (43.0 to 47.0)")


def test_the_pool_says_what_was_injected_and_measured() -> None:
    equal, slower = table("The pool of pairs")
    assert equal[:4] == ("two equal builds", "100", "5.40 s", "+0.03 % (-0.10 to +0.10)")
    assert slower[3:] == ("+1.90 % (+1.70 to +2.10)", MISSING, "0.73 %", MISSING)


def test_the_stall_and_the_effort_are_told() -> None:
    assert table("Latency of a service")[0][-1] == "1.0142"
    assert table("What it took")[0][2:] == ("31 min 30 s", "340", "0.4 / 1.2 / 2.0")


def test_what_was_not_measured_has_no_table() -> None:
    assert selftest_tables(selftest(figures=(), pool=(), stalls=(), peers=(), efforts=())) == []


def test_every_format_has_every_table() -> None:
    result = selftest()
    for form in ("text", "markdown"):
        text = SELFTEST_FORMATS[form](result)
        for one in selftest_tables(result):
            assert one.title in text
        assert "Apache Otava among the peers: no index" in text
    assert msgspec.json.decode(SELFTEST_FORMATS["json"](result), type=SelftestResult) == result


def test_the_markdown_is_a_page_of_its_own() -> None:
    page = SELFTEST_FORMATS["markdown"](selftest())
    assert page.startswith("# What the instrument does\n\n")
    assert "\n    rssbench selftest\n" in page


def test_the_page_needs_nothing_else(tmp_path) -> None:  # noqa: ANN001
    page = write_selftest_report(selftest(), tmp_path).read_text()
    assert "5 of 7 aims reached" in page
    assert page.count("<table>") == len(selftest_tables(selftest()))
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert peer_illustration(selftest(figures=(), peers=())) is None
    assert "<svg" not in write_selftest_report(selftest(figures=(), peers=()), tmp_path).read_text()


def test_the_curves_hold_our_rule_and_each_peer() -> None:
    frame = detection_frame(selftest())
    assert frame.groupby("rule")["share"].count().to_dict() == {
        "rssbench compare": 5,
        "Mann-Whitney on all requests": 5,
    }
    assert frame["found"].between(0, 1).all()
