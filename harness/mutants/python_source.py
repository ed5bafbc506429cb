"""A Python module as text with its syntax tree: places in it by name and by expression, and edits of its bytes."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

_SCOPES = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class NoPlaceError(Exception):
    """A place that a change is meant for is not there, or is not the only one; says which."""


class Edit(NamedTuple):
    """Bytes ``start`` to ``end`` become ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class PythonSource:
    """``content`` is UTF-8, as offsets of the syntax tree count it. SyntaxError when it is no Python."""

    content: bytes
    tree: ast.Module
    _lines: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> PythonSource:
        content = text.encode()
        starts = [0]
        for line in content.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return cls(content, ast.parse(text), tuple(starts))

    def edited(self, edits: Sequence[Edit]) -> str:
        """The text with all edits made; they may not overlap."""
        content = self.content
        for edit in sorted(edits, reverse=True):
            content = content[: edit.start] + edit.text.encode() + content[edit.end :]
        return content.decode()

    def scope(self, name: str) -> Scope:
        """The class or function of a qualified name such as ``Class.method``; the module for an empty one."""
        found: Scope = self.tree
        for part in name.split(".") if name else ():
            inner = [one for one in ast.walk(found) if isinstance(one, _SCOPES) and one.name == part]
            if not inner:
                raise NoPlaceError(f"there is no {name}")
            found = inner[0]
        return found

    def expressions(self, scope: Scope, wanted: str) -> list[ast.expr]:
        """Where in ``scope`` an expression stands, however it is laid out."""
        example = ast.parse(wanted, mode="eval").body
        text = ast.unparse(example)
        return [
            one
            for one in ast.walk(scope)
            if isinstance(one, ast.expr) and type(one) is type(example) and ast.unparse(one) == text
        ]

    def only_expressions(self, scope: Scope, wanted: str, times: int) -> list[ast.expr]:
        """NoPlaceError unless it stands there so many times."""
        found = self.expressions(scope, wanted)
        if len(found) != times:
            raise NoPlaceError(f"{wanted!r} stands {len(found)} times in {_named(scope)}, not {times}")
        return found

    def statement(self, scope: Scope, wanted: str, up: int = 0) -> ast.stmt:
        """The one statement that reads like ``wanted`` or has it as an expression inside, or the ``up``-th that
        encloses it."""
        (example,) = ast.parse(wanted).body
        if isinstance(example, ast.Expr):
            inside = self.only_expressions(scope, wanted, 1)[0]
            chain = [one for one in _enclosing(scope, inside) if isinstance(one, ast.stmt)]
        else:
            text = ast.unparse(example)
            found = [one for one in ast.walk(scope) if type(one) is type(example) and ast.unparse(one) == text]
            if len(found) != 1:
                raise NoPlaceError(f"{wanted!r} stands {len(found)} times in {_named(scope)}, not 1")
            chain = [one for one in [*_enclosing(scope, found[0]), found[0]] if isinstance(one, ast.stmt)]
        if up >= len(chain):
            raise NoPlaceError(f"{wanted!r} has no {up} statements around it in {_named(scope)}")
        return chain[-1 - up]

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Offsets of the first byte and behind the last one."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.content[start:end].decode()

    def offset(self, line: int, column: int) -> int:
        return self._lines[line - 1] + column

    def before(self, statement: ast.stmt, code: str) -> Edit:
        """``code`` on lines of its own in front of a statement, indented like it."""
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(one.lineno for one in decorators)])
        start = self.offset(first, 0)
        return Edit(start, start, indented(code, statement.col_offset))

    def after(self, statement: ast.stmt, code: str) -> Edit:
        """``code`` on lines of its own behind a statement, indented like it."""
        assert statement.end_lineno is not None
        start = self._lines[statement.end_lineno]
        return Edit(start, start, indented(code, statement.col_offset))


def indented(code: str, columns: int) -> str:
    lines = textwrap.dedent(code).strip("\n")
    return textwrap.indent(lines, " " * columns) + "\n"


def body_without_docstring(scope: Scope) -> list[ast.stmt]:
    return scope.body[1:] if ast.get_docstring(scope, clean=False) is not None else scope.body


def returns_of(function: Scope) -> Iterator[ast.Return]:
    """Its own, not those of functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            yield node
        elif not isinstance(node, (*_SCOPES, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def _enclosing(scope: ast.AST, wanted: ast.AST) -> list[ast.AST]:
    """What stands around a node, the outermost first, without the scope itself."""
    parents = {child: parent for parent in ast.walk(scope) for child in ast.iter_child_nodes(parent)}
    chain: list[ast.AST] = []
    node = wanted
    while (node := parents[node]) is not scope:
        chain.append(node)
    return chain[::-1]


def _named(scope: Scope) -> str:
    return "the module" if isinstance(scope, ast.Module) else scope.name
