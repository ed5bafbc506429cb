"""An acknowledged write is found, was overwritten, or is lost: the database decides, not the acknowledgement.

Every test runs on SQLite, and as a test of the stack on a real MariaDB.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from harness.dataset.content import catalogue_of
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError
from harness.measure.audit import audit_writes
from harness.measure.samples import Samples
from harness.model import Audit
from harness.stack.database import DatabaseServer
from harness.stack.lifecycle import Stack
from harness.stack.processes import Processes
from scenarios.catalogue import Catalogue, read_catalogue
from scenarios.encoding import decode_answer
from scenarios.load_plan import LoadPlan
from scenarios.operation import Call, Request
from scenarios.operations import OPERATIONS
from scenarios.request_stream import UNSENT_SEQUENCE, iterations
from scenarios.samples import Outcome

MARK = "database-of-test-audit"
DOWNTIME, HISTORY, PILOT = (
    "ResourceManagement.addOrModify downtime",
    "ResourceStatus.insert history",
    "ResourceManagement.addOrModify pilot",
)
DELETE = "ResourceStatus.delete old log"
PURGE = "ResourceStatus.delete old history"
SET_STATUS = "Publisher.setStatus"
INDEX = {operation.name: index for index, operation in enumerate(OPERATIONS)}
#: Rows of the log that deletes go through, ten by ten.
LOADED_LOG_ROWS = 25
#: Rows that the update of downtimes goes round.
DOWNTIMES = 5

SamplesOf = Callable[..., Samples]
PlanOf = Callable[..., LoadPlan]
WriteTrial = Callable[..., Path]
UrlOf = Callable[[str], sa.URL]
AuditOf = Callable[..., Audit]
Store = Callable[[str, list[str]], None]
Log = Callable[[Iterable[int], str], None]
SiteLog = Callable[[list[Call]], None]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    rows = {
        "ResourceStatus": 36,
        "SiteStatus": 15,
        "ResourceLog": LOADED_LOG_ROWS,
        "DowntimeCache": DOWNTIMES,
        "PilotCache": 35,
    }
    return catalogue_of(PROFILES["S"], 1, rows)


@pytest.fixture(scope="module")
def server() -> Iterator[DatabaseServer]:
    # not below pytest's own folder, which the account of the database server may not enter
    with tempfile.TemporaryDirectory(prefix="rssbench-test-", dir="/var/tmp") as folder:
        root = Path(folder)
        root.chmod(0o711)
        runtime = Processes(MARK)
        with DatabaseServer(root / "database", runtime) as starting:
            running = runtime.start("database", starting.program(root), root / "database.log")
            starting.wait(lambda: None)
        yield starting
        running.kill()
        shutil.rmtree(root / "database")


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.stack)])
def url_of(request: pytest.FixtureRequest, tmp_path: Path) -> UrlOf:
    if request.param == "sqlite":
        return lambda database: sa.URL.create("sqlite", database=str(tmp_path / f"{database}.db"))
    server: DatabaseServer = request.getfixturevalue("server")
    return server.suite.url


@pytest.fixture
def store(url_of: UrlOf) -> Iterator[Callable[[str, list[str]], None]]:
    """Makes the table that an operation's token goes to, with these values in its column."""
    made: list[tuple[sa.Engine, sa.Table]] = []

    def fill(name: str, values: list[str]) -> None:
        where = OPERATIONS[INDEX[name]].token_column
        assert where
        engine = sa.create_engine(url_of(where.database), poolclass=sa.NullPool)
        table = sa.Table(where.table, sa.MetaData(), sa.Column(where.column, sa.String(512)))
        table.create(engine)
        made.append((engine, table))
        with engine.begin() as connection:
            connection.execute(sa.insert(table), [{where.column: "of the data set"}])
            connection.execute(sa.insert(table), [{where.column: value} for value in values or ["none"]])

    yield fill
    for engine, table in made:
        table.drop(engine)


@pytest.fixture
def audit_of(write_trial: WriteTrial, plan_of: PlanOf, catalogue: Catalogue, url_of: UrlOf) -> AuditOf:
    """Audits samples of the plan with these settings."""
    return lambda samples, **plan: audit_writes(write_trial(samples, plan=plan_of(**plan)), catalogue, url_of)


def tokens(worker: int, sequences: range | list[int]) -> list[str]:
    return [f"t1-{worker}-{sequence}" for sequence in sequences]


def test_writes_that_are_there_are_found(samples_of: SamplesOf, store: Store, audit_of: AuditOf) -> None:
    samples = samples_of(
        np.arange(20) / 10, operation=INDEX[HISTORY], worker=[0, 1] * 10, sequence=np.arange(20) // 2
    )
    store(HISTORY, tokens(0, range(10)) + tokens(1, range(10)))
    audit = audit_of(samples, weights={HISTORY: 1}, workers=2)
    assert audit == Audit(acknowledged=20, found=20, overwritten=0, lost=0)


def test_an_insert_that_was_acknowledged_and_swallowed_is_lost(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    samples = samples_of(np.arange(10) / 10, operation=INDEX[HISTORY])
    store(HISTORY, tokens(0, [0, 1, 2, 9]))
    audit = audit_of(samples, weights={HISTORY: 1})
    assert audit == Audit(10, 4, 0, 6, lost_examples=tuple(tokens(0, [3, 4, 5, 6, 7])))


def test_a_write_whose_row_holds_a_later_one_was_overwritten(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    # two workers go round five rows: positions 0 to 11, of which the last five stand in the database
    samples = samples_of(
        np.arange(12) / 10, operation=INDEX[DOWNTIME], worker=[0, 1] * 6, sequence=np.arange(12) // 2
    )
    store(DOWNTIME, tokens(0, [4, 5]) + tokens(1, [3, 4, 5]))
    audit = audit_of(samples, weights={DOWNTIME: 1}, workers=2)
    assert audit == Audit(acknowledged=12, found=5, overwritten=7, lost=0)


def test_a_write_whose_row_holds_an_earlier_one_is_lost(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    # ten writes to five rows: the second to the first row (position 5) did not take effect
    samples = samples_of(np.arange(10) / 10, operation=INDEX[DOWNTIME])
    store(DOWNTIME, tokens(0, [0, 6, 7, 8, 9]))
    audit = audit_of(samples, weights={DOWNTIME: 1})
    assert audit == Audit(10, 5, 4, 1, lost_examples=("t1-0-5",))


def test_of_two_writes_under_way_together_either_may_be_the_last(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    # request 5 goes to the row of request 0, begins after it and ends before it; 0 came last
    latency_s = np.full(6, 0.005)
    latency_s[0] = 0.9
    samples = samples_of(np.arange(6) / 10, operation=INDEX[DOWNTIME], latency_s=latency_s)
    store(DOWNTIME, tokens(0, [0, 1, 2, 3, 4]))
    audit = audit_of(samples, weights={DOWNTIME: 1})
    assert audit == Audit(acknowledged=6, found=5, overwritten=1, lost=0)


def test_a_write_that_timed_out_may_have_overwritten_but_was_not_acknowledged(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    # request 0 timed out and took effect after request 5 had been answered
    outcome = [Outcome.timeout, 0, 0, 0, 0, 0]
    samples = samples_of(np.arange(6) / 10, operation=INDEX[DOWNTIME], outcome=outcome)
    store(DOWNTIME, tokens(0, [0, 1, 2, 3, 4]))
    audit = audit_of(samples, weights={DOWNTIME: 1})
    assert audit == Audit(acknowledged=5, found=4, overwritten=1, lost=0)


def test_a_row_that_no_known_write_holds_does_not_excuse_the_ones_that_went_there(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    samples = samples_of(np.arange(10) / 10, operation=INDEX[DOWNTIME])
    store(DOWNTIME, tokens(0, [6, 7, 8, 9]))
    audit = audit_of(samples, weights={DOWNTIME: 1})
    assert audit == Audit(10, 4, 4, 2, lost_examples=("t1-0-0", "t1-0-5"))


def test_requests_that_were_built_and_never_sent_do_not_shift_the_others(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    # 3 left no sample at all, so 8 is still the request that went where 3 would have gone
    sequence = [0, 1, 2, 4, 5, 6, 7, 8, UNSENT_SEQUENCE]
    outcome = [0] * 8 + [Outcome.unsent]
    samples = samples_of(np.arange(9) / 10, operation=INDEX[DOWNTIME], sequence=sequence, outcome=outcome)
    store(DOWNTIME, tokens(0, [4, 5, 6, 7, 8]))
    audit = audit_of(samples, weights={DOWNTIME: 1})
    assert audit == Audit(acknowledged=8, found=5, overwritten=3, lost=0)


def test_refused_writes_are_not_looked_for(samples_of: SamplesOf, store: Store, audit_of: AuditOf) -> None:
    samples = samples_of([0.0, 0.1], operation=INDEX[HISTORY], outcome=[Outcome.refused, Outcome.ok])
    store(HISTORY, tokens(0, [1]))
    audit = audit_of(samples, weights={HISTORY: 1})
    assert audit == Audit(acknowledged=1, found=1, overwritten=0, lost=0)


def test_a_column_with_little_room_is_searched_for_the_end_of_the_token(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf
) -> None:
    store(PILOT, ["me-of-a-trial-0-0"[-16:], "me-of-a-trial-0-1"[-16:]])
    samples = samples_of([0.0, 0.1, 0.2], operation=INDEX[PILOT])
    audit = audit_of(samples, weights={PILOT: 1}, token_prefix="a-very-long-name-of-a-trial")
    assert audit == Audit(3, 2, 0, 1, lost_examples=("a-very-long-name-of-a-trial-0-2",))


def test_a_token_must_be_there_letter_by_letter(samples_of: SamplesOf, store: Store, audit_of: AuditOf) -> None:
    store(HISTORY, ["T1-0-0"])
    samples = samples_of([0.0], operation=INDEX[HISTORY])
    audit = audit_of(samples, weights={HISTORY: 1})
    assert audit.lost == 1


def test_reads_beside_the_writes_are_replayed_and_not_counted(
    samples_of: SamplesOf, plan_of: PlanOf, store: Store, audit_of: AuditOf
) -> None:
    weights = {HISTORY: 1, "ResourceStatus.select by name": 3}
    built = [requests[0] for requests in islice(iterations(plan_of(weights=weights)), 100)]
    writes = [one.sequence for one in built if one.operation == INDEX[HISTORY]]
    store(HISTORY, tokens(0, writes))
    samples = samples_of(np.arange(100) / 10, operation=[one.operation for one in built])
    audit = audit_of(samples, weights=weights)
    assert 0 < len(writes) < 100
    assert audit == Audit(acknowledged=len(writes), found=len(writes), overwritten=0, lost=0)


def test_many_tokens_are_looked_up_in_chunks(
    samples_of: SamplesOf, store: Store, audit_of: AuditOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.measure.audit.CHUNK_VALUES", 7)
    store(HISTORY, tokens(0, range(19)))
    samples = samples_of(np.arange(20) / 10, operation=INDEX[HISTORY])
    audit = audit_of(samples, weights={HISTORY: 1})
    assert audit == Audit(20, 19, 0, 1, lost_examples=("t1-0-19",))


def no_database(_name: str) -> sa.URL:
    raise AssertionError("no write was sent, so there is nothing to look up")


def test_without_writes_no_database_is_asked(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf, catalogue: Catalogue
) -> None:
    read = "ResourceStatus.select by name"
    samples = samples_of([0.0, 0.1], operation=INDEX[read])
    audit = audit_writes(write_trial(samples, plan=plan_of(weights={read: 1})), catalogue, no_database)
    assert audit == Audit(acknowledged=0, found=0, overwritten=0, lost=0)


def test_samples_of_another_plan_are_refused(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf, catalogue: Catalogue
) -> None:
    directory = write_trial(samples_of([0.0], operation=INDEX[DOWNTIME]), plan=plan_of(weights={HISTORY: 1}))
    with pytest.raises(RssbenchError, match="does not belong to its samples: request 0"):
        audit_writes(directory, catalogue, no_database)


def test_a_sequence_that_occurs_twice_is_refused(
    write_trial: WriteTrial, samples_of: SamplesOf, plan_of: PlanOf, catalogue: Catalogue
) -> None:
    samples = samples_of([0.0, 0.1], operation=INDEX[HISTORY], sequence=[3, 3])
    directory = write_trial(samples, plan=plan_of(weights={HISTORY: 1}))
    with pytest.raises(RssbenchError, match="request 3"):
        audit_writes(directory, catalogue, no_database)


@pytest.fixture
def log(url_of: UrlOf) -> Iterator[Log]:
    """The log with rows of these IDs and this VO."""
    engine = sa.create_engine(url_of("ResourceStatusDB"), poolclass=sa.NullPool)
    table = sa.Table("ResourceLog", sa.MetaData(), sa.Column("ID", sa.Integer), sa.Column("VO", sa.String(64)))
    table.create(engine)

    def fill(numbers: Iterable[int], vo: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.insert(table), [{"ID": number, "VO": vo} for number in numbers])

    yield fill
    table.drop(engine)


@pytest.fixture
def history(url_of: UrlOf) -> Iterator[Log]:
    """The history with rows of these years and this VO."""
    engine = sa.create_engine(url_of("ResourceStatusDB"), poolclass=sa.NullPool)
    columns = sa.Column("DateEffective", sa.DateTime), sa.Column("VO", sa.String(64))
    table = sa.Table("ResourceHistory", sa.MetaData(), *columns)
    table.create(engine)

    def fill(years: Iterable[int], vo: str) -> None:
        rows = [{"DateEffective": dt.datetime(year, 1, 1, tzinfo=dt.UTC), "VO": vo} for year in years]
        with engine.begin() as connection:
            connection.execute(sa.insert(table), rows)

    yield fill
    table.drop(engine)


@pytest.fixture
def site_log(url_of: UrlOf) -> Iterator[SiteLog]:
    """The log of the sites with the rows that these calls leave, and one more."""
    engine = sa.create_engine(url_of("ResourceStatusDB"), poolclass=sa.NullPool)
    names = ("Name", "StatusType", "TokenOwner", "Reason")
    table = sa.Table("SiteLog", sa.MetaData(), *(sa.Column(name, sa.String(128)) for name in names))
    table.create(engine)

    def fill(calls: list[Call]) -> None:
        rows = [dict(call.left.values) for call in calls if call.left]
        with engine.begin() as connection:
            connection.execute(sa.insert(table), [*rows, rows[0] | {"TokenOwner": "rs_svc"}])

    yield fill
    table.drop(engine)


def site_call(catalogue: Catalogue, position: int) -> Call:
    return OPERATIONS[INDEX[SET_STATUS]].call(catalogue, Request(position, ""))


def test_a_delete_is_found_when_no_row_that_it_asked_for_is_left(
    samples_of: SamplesOf, log: Log, audit_of: AuditOf
) -> None:
    """The first two asked for rows 1 to 20; later rows and those of another VO were not asked for."""
    log(range(21, 40), "all")
    log(range(1, 5), "another")
    audit = audit_of(samples_of([0.0, 0.1], operation=INDEX[DELETE]), weights={DELETE: 1})
    assert audit == Audit(acknowledged=2, found=2, overwritten=0, lost=0)


def test_a_delete_that_was_acknowledged_and_not_done_is_lost(
    samples_of: SamplesOf, log: Log, audit_of: AuditOf
) -> None:
    log(range(1, 26), "all")
    audit = audit_of(samples_of([0.0, 0.1], operation=INDEX[DELETE]), weights={DELETE: 1})
    assert audit == Audit(2, 0, 0, 2, lost_examples=("t1-0-0", "t1-0-1"))


def test_a_delete_that_left_a_single_row_is_lost_and_the_one_before_it_found(
    samples_of: SamplesOf, log: Log, audit_of: AuditOf
) -> None:
    log([20, 21, 22], "all")
    audit = audit_of(samples_of([0.0, 0.1], operation=INDEX[DELETE]), weights={DELETE: 1})
    assert audit == Audit(2, 1, 0, 1, lost_examples=("t1-0-1",))


def test_a_delete_of_an_empty_log_is_found(samples_of: SamplesOf, log: Log, audit_of: AuditOf) -> None:
    log([1], "another")
    audit = audit_of(samples_of([0.0], operation=INDEX[DELETE]), weights={DELETE: 1})
    assert audit == Audit(acknowledged=1, found=1, overwritten=0, lost=0)


def test_a_delete_that_was_not_acknowledged_is_not_looked_for(
    samples_of: SamplesOf, log: Log, audit_of: AuditOf
) -> None:
    log(range(11, 40), "all")
    outcome = [Outcome.ok, Outcome.timeout]
    audit = audit_of(samples_of([0.0, 0.1], operation=INDEX[DELETE], outcome=outcome), weights={DELETE: 1})
    assert audit == Audit(acknowledged=1, found=1, overwritten=0, lost=0)


def test_every_write_has_something_that_the_audit_looks_for(catalogue: Catalogue) -> None:
    for operation in OPERATIONS:
        if operation.kind == "write" and operation.token_column is None and operation.timed != "counted":
            call = operation.call(catalogue, Request(0, "t1-0-0"))
            assert call.gone or call.left, operation.name


def test_a_purge_of_the_history_is_found_when_nothing_older_is_left(
    samples_of: SamplesOf, history: Log, audit_of: AuditOf
) -> None:
    history([2001, 2026], "all")
    history([1990], "another")
    audit = audit_of(samples_of([0.0], operation=INDEX[PURGE]), weights={PURGE: 1})
    assert audit == Audit(acknowledged=1, found=1, overwritten=0, lost=0)


def test_a_purge_of_the_history_that_left_an_old_row_is_lost(
    samples_of: SamplesOf, history: Log, audit_of: AuditOf
) -> None:
    history([1999, 2026], "all")
    audit = audit_of(samples_of([0.0], operation=INDEX[PURGE]), weights={PURGE: 1})
    assert audit == Audit(1, 0, 0, 1, lost_examples=("t1-0-0",))


def test_a_write_whose_text_the_service_chooses_is_found_by_the_number_of_rows_alike(
    samples_of: SamplesOf, site_log: SiteLog, catalogue: Catalogue, audit_of: AuditOf
) -> None:
    """Fifteen sites, of which at most seven are written: some of these writes go to the same site."""
    calls = [site_call(catalogue, position) for position in range(8)]
    assert len({call.left for call in calls}) < 8
    site_log(calls)
    audit = audit_of(samples_of(np.arange(8) / 10, operation=INDEX[SET_STATUS]), weights={SET_STATUS: 1})
    assert audit == Audit(acknowledged=8, found=8, overwritten=0, lost=0)


def test_one_row_too_few_is_one_lost_write(
    samples_of: SamplesOf, site_log: SiteLog, catalogue: Catalogue, audit_of: AuditOf
) -> None:
    site_log([site_call(catalogue, position) for position in range(7)])
    audit = audit_of(samples_of(np.arange(8) / 10, operation=INDEX[SET_STATUS]), weights={SET_STATUS: 1})
    assert audit == Audit(8, 7, 0, 1, lost_examples=("t1-0-7",))


@pytest.mark.stack
def test_a_delete_that_a_real_dirac_did_is_found_and_one_that_it_did_not_do_is_lost(
    samples_of: SamplesOf, write_trial: WriteTrial, plan_of: PlanOf, loaded_stack: Callable[[str], Stack]
) -> None:
    """Two deletes acknowledged, as a schedule of two would have them; only the first was ever sent."""
    stack = loaded_stack("S")
    of_stack = read_catalogue(stack.catalogue_file)
    operation = OPERATIONS[INDEX[DELETE]]
    with closing(stack.client()) as client:
        arguments = operation.call(of_stack, Request(0, "")).arguments
        answer = decode_answer(client.call(operation.service, operation.method, arguments).body)
    assert answer["Value"] == 10
    trial = write_trial(samples_of([0.0, 0.1], operation=INDEX[DELETE]), plan=plan_of(weights={DELETE: 1}))
    audit = audit_writes(trial, of_stack, stack.database.url)
    assert audit == Audit(2, 1, 0, 1, lost_examples=("t1-0-1",))


@pytest.mark.stack
@pytest.mark.parametrize("name", [SET_STATUS, "ResourceStatus.addOrModify expired token"])
def test_writes_that_a_real_dirac_logged_in_its_own_words_are_found_and_one_that_was_not_sent_is_lost(
    name: str,
    samples_of: SamplesOf,
    write_trial: WriteTrial,
    plan_of: PlanOf,
    loaded_stack: Callable[[str], Stack],
) -> None:
    """Ten writes acknowledged, as a schedule of ten would have them, to fewer rows than that; the last was not
    sent."""
    stack = loaded_stack("S")
    of_stack = read_catalogue(stack.catalogue_file)
    operation = OPERATIONS[INDEX[name]]
    with closing(stack.client()) as client:
        for position in range(9):
            call = operation.call(of_stack, Request(position, ""))
            answer = decode_answer(client.call(operation.service, operation.method, call.arguments).body)
            assert call.check(answer["Value"]) is None
    samples = samples_of(np.arange(10) / 10, operation=INDEX[name])
    trial = write_trial(samples, plan=plan_of(weights={name: 1}))
    assert audit_writes(trial, of_stack, stack.database.url) == Audit(10, 9, 0, 1, lost_examples=("t1-0-9",))
