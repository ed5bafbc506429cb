"""A change finds its place by what the code says, and leaves everything else as it was."""

from __future__ import annotations

import pytest

from harness.mutants.changes import (
    After,
    Annotate,
    Before,
    Begin,
    Call,
    Change,
    Drop,
    Keyword,
    Rename,
    Replace,
    Returns,
    Swap,
    Top,
    changed,
)
from harness.mutants.python_source import NoPlaceError

MODULE = '''\
"""é: a byte more than it has characters."""
import os
from os import path


class Base:
    """Of all."""

    LIMIT = 5

    @classmethod
    def read(cls, name, limit=None):
        """Doc."""
        first = name or "é"
        second = name or "x"  # a comment
        if limit:
            rows = cls.query(
                first, name=name
            )
        else:
            rows = cls.query(second)
        def inner():
            return 1
        return rows[0]


def read():
    return None
'''


def lines_changed(*changes: Change) -> list[str]:
    """What is new or gone, as a diff has it."""
    before, after = MODULE.splitlines(), changed(MODULE, changes).splitlines()
    return [f"-{line}" for line in before if line not in after] + [
        f"+{line}" for line in after if line not in before
    ]


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (Begin("Base.read", "if name:\n    pass"), ["+        if name:", "+            pass"]),
        (Begin("Base", "MORE = 1"), ["+    MORE = 1"]),
        (Top("import re"), ["+import re"]),
        (Before("Base.read", "cls.query(second)", "print(1)"), ["+            print(1)"]),
        (Before("Base.read", "cls.query(second)", "print(1)", up=1), ["+        print(1)"]),
        (After("Base.read", 'first = name or "é"', "print(1)"), ["+        print(1)"]),
        (Drop("Base.read", "cls.query(second)"), ["-            rows = cls.query(second)", "+            pass"]),
        (Replace("Base.read", "name or 'x'", "str($)"),
         ['-        second = name or "x"  # a comment', '+        second = str(name or "x")  # a comment']),
        (Call("Base.read", "cls.query", "[$]", having="name=name"),
         ["-            rows = cls.query(", "-            )",
          "+            rows = [cls.query(", "+            )]"]),
        (Keyword("Base.read", "cls.query", "name", "None", having="name=name"),
         ["-                first, name=name", "+                first, name=None"]),
        (Returns("Base.read", "list($)"), ["-        return rows[0]", "+        return list(rows[0])"]),
        (Annotate("Base.read", "name", "str"),
         ["-    def read(cls, name, limit=None):", "+    def read(cls, name: str, limit=None):"]),
        (Swap("Base", 'first = name or "é"', 'second = name or "x"'),
         ['-        second = name or "x"  # a comment', '+        first = name or "é"  # a comment',
          '+        second = name or "x"']),
    ],
    ids=lambda value: repr(value) if isinstance(value, list) else type(value).__name__,
)  # fmt: skip
def test_each_verb_changes_its_place_and_no_other(change: Change, lines: list[str]) -> None:
    found = lines_changed(change)
    assert sorted(one for one in found if one in lines) == sorted(lines)
    assert len(found) - len(lines) in (0, -1, 1)


def test_code_in_front_of_a_statement_comes_before_it() -> None:
    text = changed(MODULE, [Before("Base.read", "rows[0]", "print(rows)")])
    assert "        print(rows)\n        return rows[0]\n" in text


def test_code_behind_a_statement_of_several_lines_comes_after_all_of_them() -> None:
    text = changed(MODULE, [After("Base.read", "cls.query(first, name=name)", "print(rows)")])
    assert "            )\n            print(rows)\n        else:\n" in text


def test_a_keyword_that_is_not_there_is_added() -> None:
    assert "cls.query(LIMIT)" not in MODULE
    text = changed("def f():\n    g(1)\n    h()\n", [Keyword("f", "g", "a", "2"), Keyword("f", "h", "b", "3")])
    assert text == "def f():\n    g(1, a=2)\n    h(b=3)\n"


def test_a_variable_is_renamed_wherever_it_stands() -> None:
    text = changed(MODULE, [Rename("Base.read", "rows", "found")])
    assert text.count("found") == 3
    assert "rows" not in text


def test_several_changes_are_made_one_after_the_other() -> None:
    text = changed(MODULE, [Before("read", "return None", "one = 1"), After("read", "one = 1", "two = 2")])
    assert text.endswith("def read():\n    one = 1\n    two = 2\n    return None\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Begin("Base.write", "pass"), "there is no Base.write"),
        (Replace("Base.read", "name", "x"), "'name' stands 3 times in read, not 1"),
        (Replace("Base.read", "missing", "x"), "'missing' stands 0 times in read, not 1"),
        (Call("Base.read", "cls.query", "x"), "cls.query is called 2 times in Base.read, not 1"),
        (Call("Base.read", "cls.query", "x", having="name=None"), "cls.query with name=None is called 0 times"),
        (Drop("Base.read", "third = 3"), "'third = 3' stands 0 times in read, not 1"),
        (Before("Base.read", "cls.query(second)", "x", up=5), "'cls.query(second)' has no 5 statements around it"),
        (Rename("Base.read", "third", "fourth"), "Base.read has no third"),
        (Annotate("Base.read", "third", "int"), "Base.read has no parameter third without a type"),
        (Returns("Base", "x"), "Base returns nothing"),
    ],
)
def test_a_place_that_is_not_there_or_not_the_only_one_is_an_error(change: Change, said: str) -> None:
    with pytest.raises(NoPlaceError) as error:
        changed(MODULE, [change])
    assert said in str(error.value)


def test_what_is_no_python_any_more_is_an_error() -> None:
    with pytest.raises(SyntaxError):
        changed(MODULE, [Begin("Base.read", "if name")])


def test_imports_are_needed_to_stand_behind_them() -> None:
    with pytest.raises(NoPlaceError, match="imports nothing"):
        changed("x = 1\n", [Top("import re")])
