"""A text and arrays as bytes that show any damage, and hold no code."""

import hashlib
import io
import math
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

Array = npt.NDArray[Any]

#: Integers, real numbers and truth values; no objects, which could hold code.
_KINDS = "biuf"


class DamagedError(ValueError):
    """The bytes are not what `pack` has made."""


def storable(array: Array) -> Array:
    """Return an array that can be packed: itself, or one that NumPy has no dtype for as bits."""
    return array if array.dtype.kind in _KINDS else array.view(f"u{array.dtype.itemsize}")


def pack(text: str, arrays: list[Array]) -> bytes:
    """Return an ``.npz`` with a text, arrays and a SHA-256 over both."""
    notes = np.frombuffer(text.encode(), np.uint8)
    digest = np.frombuffer(_digest(notes, arrays), np.uint8)
    content = io.BytesIO()
    np.savez(content, digest=digest, notes=notes, **_named(arrays))
    return content.getvalue()


def unpack(content: bytes) -> tuple[str, list[Array]]:
    """Return the text and the arrays.

    Raises:
        DamagedError: A byte is missing or changed, or this is another kind of file. Nothing
            larger than the file has been allocated, whatever its headers claim.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            for member in members:
                if member.compress_type != zipfile.ZIP_STORED or member.file_size > len(content):
                    raise DamagedError(f"{member.filename} claims to be larger than the file")
            if sum(member.file_size for member in members) > len(content):
                raise DamagedError("its parts claim to be larger than the file")
            found = {member.filename: archive.read(member) for member in members}
        digest, notes = (_array(found.pop(f"{name}.npy")) for name in ("digest", "notes"))
        arrays = [_array(found.pop(f"{name}.npy")) for name in _named(list(found))]
        if digest.tobytes() != _digest(notes, arrays):
            raise DamagedError("its checksum is wrong")
        return notes.tobytes().decode(), arrays
    except DamagedError:
        raise
    except Exception as error:  # zipfile and NumPy raise a dozen kinds
        raise DamagedError(f"it is damaged or another kind of file: {error}") from error


def _named(items: list[Any]) -> dict[str, Any]:
    return {f"array_{number}": item for number, item in enumerate(items)}


def _array(member: bytes) -> Array:
    """Read an array whose header must agree with its length before anything is allocated."""
    stream = io.BytesIO(member)
    if npy.read_magic(stream) != (1, 0):
        raise DamagedError("its arrays have another version")
    shape, by_columns, dtype = npy.read_array_header_1_0(stream)
    if dtype.kind not in _KINDS or dtype.hasobject:
        raise DamagedError(f"it holds an array of {dtype}")
    rest = memoryview(member)[stream.tell() :]
    if math.prod(shape) * dtype.itemsize != len(rest):
        raise DamagedError(f"an array claims the shape {shape}, which is not its length")
    return np.frombuffer(rest, dtype).reshape(shape, order="F" if by_columns else "C")


def _digest(notes: Array, arrays: list[Array]) -> bytes:
    total = hashlib.sha256()
    for array in (notes, *arrays):
        total.update(f"{array.dtype.str} {array.shape} ".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.digest()
