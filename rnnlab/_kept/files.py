"""Files that are whole at any moment, whoever reads them and whatever happens meanwhile."""

import os
import stat
from pathlib import Path


def read_whole(path: Path, largest: int) -> bytes:
    """Return the bytes of a file, at most `largest` of them.

    Raises:
        ValueError: It is larger, or no regular file: a pipe would keep a reader waiting for ever.
        OSError: It cannot be read.
    """
    if path.exists() and not path.is_file():
        raise ValueError(f"{str(path)!r} must be a file")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        # Reading allocates what is asked for, so no more than the file has.
        content = file.read(size + 1) if size <= largest else None
    if content is None or len(content) > largest:
        raise ValueError(f"{str(path)!r} must be at most {largest:,} bytes long")
    return content


def write_whole(path: Path, content: bytes, *, beside: Path) -> None:
    """Write a file beside its place, flush it to the disk and move it there.

    A new file has the permissions that the process gives any new file; one that is replaced keeps
    those it had. Nobody else may write `beside` meanwhile. What a killed writing has left there is
    removed by the next one.

    Raises:
        OSError: It cannot be written. `path` holds what it held before, and `beside` is gone.
    """
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    beside.unlink(missing_ok=True)
    try:
        # Only a new file: what stands there may be another's link, put there meanwhile.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(beside, flags, 0o666 if mode is None else mode), "wb") as file:
            file.write(content)
        put_in_place(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def put_in_place(beside: Path, path: Path) -> None:
    """Move a file that is written to its place, on the disk and not in its buffers alone."""
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    if path.exists():
        beside.chmod(stat.S_IMODE(path.stat().st_mode))
    os.replace(beside, path)
    if os.name == "posix":  # the new name is on the disk when its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
