"""Files that are whole at any moment, whoever reads them and whatever happens meanwhile."""

import os
import stat
from pathlib import Path

#: Larger files are neither written nor read.
LARGEST_FILE = 2_000_000_000


def read_whole(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        ValueError: It is larger than 2 GB, or no regular file: a pipe would keep a reader waiting
            for ever.
        OSError: It cannot be read.
    """
    if path.exists() and not path.is_file():
        raise ValueError(f"{str(path)!r} must be a file")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        _check_size(path, size)
        # Reading allocates what is asked for, so no more than the file has.
        return file.read(size)


def write_whole(path: Path, content: bytes, *, beside: Path) -> None:
    """Write a file beside its place, flush it to the disk and move it there.

    A new file has the permissions that the process gives any new file; one that is replaced keeps
    those it had. Nobody else may write `beside` meanwhile. What a killed writing has left there is
    removed by the next one.

    Raises:
        ValueError: It would be larger than 2 GB.
        OSError: It cannot be written. `path` holds what it held before, and `beside` is gone.
    """
    _check_size(path, len(content))
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    beside.unlink(missing_ok=True)
    try:
        # Only a new file: what stands there may be another's link, put there meanwhile.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(beside, flags, 0o666 if mode is None else mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(mode)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # the new name is on the disk when its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _check_size(path: Path, size: int) -> None:
    if size > LARGEST_FILE:
        raise ValueError(f"{str(path)!r} must be at most {LARGEST_FILE:,} bytes long")
