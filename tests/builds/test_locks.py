from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from harness.builds import locks


def never() -> None:
    raise AssertionError("nobody else uses or changes it")


def test_who_uses_keeps_others_from_changing_until_it_stops(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    locks.use(lock, never)
    locks.use(lock, never)
    assert locks.is_used_here(lock)
    with locks.changing_if_free(lock) as free:
        assert not free
    locks.stop_using(lock)
    with locks.changing_if_free(lock) as free:
        assert free


def test_a_user_that_is_killed_uses_nothing_any_more(tmp_path: Path) -> None:
    code = "from harness.builds import locks; from pathlib import Path; "
    code += f"locks.use(Path({str(tmp_path / 'lock')!r}), print); print('used', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) as process:
        assert process.stdout
        assert process.stdout.readline() == b"used\n"
        with locks.changing_if_free(tmp_path / "lock") as free:
            assert not free
        process.kill()
    with locks.changing_if_free(tmp_path / "lock") as free:
        assert free


def test_who_must_wait_says_so_and_goes_on_with_the_file_that_is_there_then(tmp_path: Path) -> None:
    lock, waiting, done = tmp_path / "lock", threading.Event(), threading.Event()

    def change() -> None:
        with locks.changing(lock, waiting.set):
            assert lock.exists()
            done.set()

    with locks.changing(lock, never):
        second = threading.Thread(target=change)
        second.start()
        assert waiting.wait(10)
        assert not done.is_set()
        lock.unlink()  # as prune does
    second.join(10)
    assert done.is_set()


def test_a_temporary_folder_is_locked_while_it_is_needed_and_gone_afterwards(tmp_path: Path) -> None:
    with locks.temporary_directory(tmp_path, "snapshot-") as folder:
        (folder / "file").touch()
        with locks.changing_if_free(folder) as free:
            assert not free
    assert not folder.exists()
