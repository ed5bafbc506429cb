"""Which configuration file a key came from, so that a mistake can be named with its file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

#: What bzt merges after the files; keys found in no file came from there.
OPTION = "option -o"


def config_files(arguments: Sequence[str] | None = None) -> list[Path]:
    """The configuration files named on bzt's command line."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return [
        Path(name)
        for name in arguments
        if Path(name).suffix in {".yml", ".yaml", ".json"} and Path(name).is_file()
    ]


def locator(files: Sequence[Path]) -> Callable[[tuple[str | int, ...]], str]:
    """A function from a key's path to the name of the last file that has it, or has the section it belongs to."""
    contents = [(file, yaml.safe_load(file.read_text())) for file in files]

    def locate(path: tuple[str | int, ...]) -> str:
        for file, content in reversed(contents):
            if _holds(content, path):
                return str(file)
        # A missing key belongs to the file that has its section; a key that only -o gave has neither.
        for file, content in reversed(contents):
            if len(path) > 1 and _holds(content, path[:-1]):
                return f"{file} or {OPTION}" if sys.argv.count("-o") else str(file)
        return OPTION if not contents else str(contents[-1][0])

    return locate


def _holds(content: Any, path: tuple[str | int, ...]) -> bool:
    for part in path:
        if isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
        elif isinstance(content, dict):
            names = {str(name).lstrip("~^$"): name for name in content}
            if str(part).lstrip("~^$") not in names:
                return False
            content = content[names[str(part).lstrip("~^$")]]
        else:
            return False
    return True
