"""The loaded database of one build, without services: what its own classes use in a process of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import Profile
from harness.errors import RssbenchError, StackError
from harness.stack.configuration import database_cfg
from harness.stack.database import DATABASES, DatabaseServer
from harness.stack.lifecycle import Stack
from harness.stack.ownership import OwnedDirectory, disk_shortage, prepare_stack_root, remove_leftovers
from harness.stack.processes import Processes
from harness.stack.releases import series_of
from harness.stack.service import dirac_environment

#: The micro-benchmarks, which run in the build's environment.
MICRO = Path(__file__).parent.parent.parent / "scenarios" / "micro"

_TABLES_TIMEOUT_S = 120.0


class BuildDatabase:
    """A database server with the tables that the build makes itself and the data set in them.

    ``folder`` is for what processes of the build need and leave, ``cfg_file`` tells DIRAC of the database.
    """

    def __init__(self, build: BuildEnvironment, stack: Stack) -> None:
        self.build = build
        self.stack = stack
        self.folder = stack.directory / "micro"
        self.cfg_file = self.folder / "dirac.cfg"

    def environment(self) -> dict[str, str]:
        """Of a process of the build; it compiles nothing into the environment of the build."""
        return dirac_environment(self.build, self.folder) | {"PYTHONDONTWRITEBYTECODE": "1"}

    def make_tables(self) -> None:
        """With the build's own classes; StackError with what they said instead."""
        try:
            ended = command.run(
                [self.build.python, MICRO / "tables.py", self.cfg_file],
                timeout_s=_TABLES_TIMEOUT_S,
                environment=self.environment() | {command.MARK_VARIABLE: self.stack.mark},
                directory=self.folder,
            )
        except RssbenchError as error:
            raise StackError(f"the database classes of {self.build.identity.name}: {error}") from error
        if ended.returncode != 0:
            last = os.linesep.join((ended.stdout + ended.stderr).strip().splitlines()[-8:])
            raise StackError(f"the database classes of {self.build.identity.name} made no tables:\n{last}")

    def restore(self) -> bool:
        """Load the data set again if a process left other rows than it found; whether that was so. StackError when
        the database does not answer."""
        self.stack.check()
        try:
            if _row_counts(self.stack) == self.stack.data_set.rows:
                return False
            self.stack.reload_data_set()
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise StackError(f"the database of {self.build.identity.name}: {error}") from error
        return True

    def write_private(self, name: str, text: str) -> Path:
        """A file that only we can read."""
        path = self.folder / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        return path


@contextmanager
def loaded_database(
    build: BuildEnvironment, profile: Profile, seed: int, stack_root: Path, progress: Callable[[str], None]
) -> Iterator[BuildDatabase]:
    """A database server that ends with the context. StackError says what failed."""
    prepare_stack_root(stack_root)
    remove_leftovers(stack_root, progress)
    series = series_of(build.identity.dirac_version)
    owned = OwnedDirectory(stack_root)
    runtime = Processes(owned.mark)
    logs = owned.path / "logs"
    with Stack(owned.path, owned.mark, {}, logs, owned.remove, runtime, build.identity.name) as stack:
        database = BuildDatabase(build, stack)
        try:
            database.folder.mkdir(mode=0o700)
            with DatabaseServer(stack.directory / "database", runtime) as server:
                stack.run("database", server.program(stack_root))
                database.write_private("dirac.cfg", database_cfg(series, server.dirac))
                stack.database_version = server.wait(stack.check)
            stack.server, stack.database = server, server.suite
            database.make_tables()
            progress(f"loading data set {profile.name} for {build.identity.name}")
            stack.profile = profile
            stack.load(seed)
        except (OSError, sqlalchemy.exc.SQLAlchemyError) as error:
            raise StackError((stack.death() or str(error)) + disk_shortage(stack_root)) from error
        yield database


def _row_counts(stack: Stack) -> dict[str, int]:
    """Rows of the tables that the data set fills; of others only when there are any."""
    found: dict[str, int] = {}
    for name in DATABASES:
        engine = sqlalchemy.create_engine(stack.database.url(name), poolclass=sqlalchemy.NullPool)
        with engine.connect() as connection:
            for table in sqlalchemy.inspect(connection).get_table_names():
                count = connection.exec_driver_sql(f"SELECT COUNT(*) FROM `{table}`").scalar_one()  # noqa: S608
                if count or table in stack.data_set.rows:
                    found[table] = count
    return found
