"""Choosing, unpacking and compiling packages is most of installing a build: what another one has is shared."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path


def share_packages(donor: Path, receiver: Path, own_packages: tuple[str, ...]) -> None:
    """Link all of one ``site-packages`` into another but DIRAC itself where the receiver has its own."""
    present = {path.name.lower() for path in receiver.iterdir()}
    own = {name.lower() for name in own_packages if name.lower() in present}
    for source in donor.iterdir():
        name = source.name.lower()
        if name in present or name.partition("-")[0] in own:
            continue
        if source.is_dir():
            shutil.copytree(source, receiver / source.name, copy_function=os.link)
        else:
            os.link(source, receiver / source.name)


def share_bytecode(donor: Path, receiver: Path) -> int:
    """Link the compiled modules of one ``site-packages`` into another where the source is the same.

    A compiled module belongs to the time of its source, so an equal source gets the time of the donor's. Python
    replaces a compiled module and never writes into one: what is shared cannot be changed by one side. Returns
    how many are shared.
    """
    shared = 0
    for folder in map(Path, (found[0] for found in os.walk(donor))):
        sources = receiver / folder.relative_to(donor).parent
        if folder.name != "__pycache__" or not sources.is_dir():
            continue
        target = sources / folder.name
        target.mkdir(exist_ok=True)
        for compiled in folder.iterdir():
            module = f"{compiled.name.partition('.')[0]}.py"
            if not (target / compiled.name).exists() and _same_source(folder.parent / module, sources / module):
                os.link(compiled, target / compiled.name)
                shared += 1
    return shared


def _same_source(theirs: Path, ours: Path) -> bool:
    """Whether both are one file on disk, as uv links them from its cache, or equal; then of the same time too."""
    try:
        if not theirs.samefile(ours):
            if not filecmp.cmp(theirs, ours, shallow=False):
                return False
            made = theirs.stat()
            os.utime(ours, ns=(made.st_atime_ns, made.st_mtime_ns))
    except OSError:
        return False
    return True
