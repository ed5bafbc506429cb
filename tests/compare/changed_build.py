"""A build whose DIRAC was changed, made of links to the one in the cache."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.builds.environment import BuildEnvironment

#: File below site-packages to what stands there (once) and what shall.
Changes = Mapping[str, Sequence[tuple[str, str]]]


def changed_build(build: BuildEnvironment, directory: Path, changes: Changes) -> BuildEnvironment:
    """Every file is a link but those that are changed: Python writes what it compiles in place of the link."""
    original = build.python.parent.parent
    shutil.copytree(original, directory, symlinks=True, copy_function=os.symlink)
    (site_packages,) = directory.glob("lib/python*/site-packages")
    for name, replacements in changes.items():
        text = (site_packages / name).read_text()
        for old, new in replacements:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            text = text.replace(old, new)
        (site_packages / name).unlink()
        (site_packages / name).write_text(text)
    return BuildEnvironment(directory / "bin" / "python", build.identity)
