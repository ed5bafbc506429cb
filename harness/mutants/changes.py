"""Verbs that change a Python module: each knows its place by names and expressions, so it holds over releases that
laid the code out otherwise. ``$`` in new code stands for what was there.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.mutants.python_source import Edit, NoPlaceError, PythonSource, body_without_docstring, returns_of


class Change(Protocol):
    """NoPlaceError when the source does not have the place that is meant."""

    def edits(self, source: PythonSource) -> Sequence[Edit]: ...


def changed(text: str, changes: Sequence[Change]) -> str:
    """The module with all changes made, one after the other. NoPlaceError, or SyntaxError when what comes out is
    no Python."""
    for change in changes:
        source = PythonSource.of(text)
        text = source.edited(change.edits(source))
    compile(text, "<changed>", "exec", dont_inherit=True)
    return text


@dataclass(frozen=True)
class Begin:
    """``code`` at the beginning of a function or class, behind its docstring."""

    where: str
    code: str

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        return [source.before(body_without_docstring(source.scope(self.where))[0], self.code)]


@dataclass(frozen=True)
class Top:
    """``code`` behind the imports that a module begins with."""

    code: str

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        imports = [one for one in source.tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
        if not imports:
            raise NoPlaceError("the module imports nothing")
        return [source.after(imports[-1], self.code)]


@dataclass(frozen=True)
class Before:
    """``code`` in front of the statement with ``anchor``, or of the ``up``-th around it."""

    where: str
    anchor: str
    code: str
    up: int = 0

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        return [source.before(source.statement(source.scope(self.where), self.anchor, self.up), self.code)]


@dataclass(frozen=True)
class After:
    """``code`` behind the statement with ``anchor``, or behind the ``up``-th around it."""

    where: str
    anchor: str
    code: str
    up: int = 0

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        return [source.after(source.statement(source.scope(self.where), self.anchor, self.up), self.code)]


@dataclass(frozen=True)
class Drop:
    """The statement with ``anchor`` goes."""

    where: str
    anchor: str

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        start, end = source.span(source.statement(source.scope(self.where), self.anchor))
        return [Edit(start, end, "pass")]


@dataclass(frozen=True)
class Replace:
    """The expression ``old`` becomes ``new``, ``times`` times."""

    where: str
    old: str
    new: str
    times: int = 1

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        found = source.only_expressions(source.scope(self.where), self.old, self.times)
        return [Edit(*source.span(one), self.new.replace("$", source.text(one))) for one in found]


@dataclass(frozen=True)
class Call:
    """The one call of ``function`` becomes ``new``; with ``having``, the one that has this keyword."""

    where: str
    function: str
    new: str
    having: str = ""

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        call = _call(source, self.where, self.function, self.having)
        return [Edit(*source.span(call), self.new.replace("$", source.text(call)))]


@dataclass(frozen=True)
class Keyword:
    """The one call of ``function`` gets ``name=value``, in place of what it had or as one more."""

    where: str
    function: str
    name: str
    value: str
    having: str = ""

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        call = _call(source, self.where, self.function, self.having)
        for keyword in call.keywords:
            if keyword.arg == self.name:
                return [Edit(*source.span(keyword.value), self.value.replace("$", source.text(keyword.value)))]
        last = (call.keywords[-1].value if call.keywords else None) or (call.args[-1] if call.args else None)
        end = source.span(last)[1] if last else source.span(call)[1] - 1
        return [Edit(end, end, f"{', ' if last else ''}{self.name}={self.value}")]


@dataclass(frozen=True)
class Returns:
    """What a function returns, wherever it does: ``new`` in its place."""

    where: str
    new: str

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        values = [one.value for one in returns_of(source.scope(self.where)) if one.value is not None]
        if not values:
            raise NoPlaceError(f"{self.where} returns nothing")
        return [Edit(*source.span(one), self.new.replace("$", source.text(one))) for one in values]


@dataclass(frozen=True)
class Rename:
    """A local variable gets another name everywhere in a function."""

    where: str
    old: str
    new: str

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        names = [
            one for one in ast.walk(source.scope(self.where)) if isinstance(one, ast.Name) and one.id == self.old
        ]
        if not names:
            raise NoPlaceError(f"{self.where} has no {self.old}")
        return [Edit(*source.span(one), self.new) for one in names]


@dataclass(frozen=True)
class Swap:
    """Two statements change places."""

    where: str
    first: str
    second: str

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        scope = source.scope(self.where)
        one, other = source.statement(scope, self.first), source.statement(scope, self.second)
        return [Edit(*source.span(one), source.text(other)), Edit(*source.span(other), source.text(one))]


@dataclass(frozen=True)
class Annotate:
    """A type for a parameter that has none."""

    where: str
    parameter: str
    annotation: str

    def edits(self, source: PythonSource) -> Sequence[Edit]:
        function = source.scope(self.where)
        assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for one in function.args.args:
            if one.arg == self.parameter and one.annotation is None:
                end = source.offset(one.lineno, one.col_offset) + len(one.arg.encode())
                return [Edit(end, end, f": {self.annotation}")]
        raise NoPlaceError(f"{self.where} has no parameter {self.parameter} without a type")


def _call(source: PythonSource, where: str, function: str, having: str) -> ast.Call:
    wanted = ast.unparse(ast.parse(function, mode="eval").body)
    scope = source.scope(where)
    calls = [one for one in ast.walk(scope) if isinstance(one, ast.Call) and ast.unparse(one.func) == wanted]
    found = [one for one in calls if not having or having in {ast.unparse(keyword) for keyword in one.keywords}]
    if len(found) != 1:
        condition = f" with {having}" if having else ""
        raise NoPlaceError(f"{function}{condition} is called {len(found)} times in {where}, not 1")
    return found[0]
