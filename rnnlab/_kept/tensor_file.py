"""A text and arrays as bytes that show any damage, hold no code and claim no more than they are.

The format is safetensors: a header with the place of each array, and the numbers. Its library
refuses places outside of the file, that overlap, or that are not as long as shape and dtype ask.
"""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors.numpy

Array = npt.NDArray[Any]

#: Some ten thousand arrays. Empty ones take a hundred times more memory than their header.
_LONGEST_HEADER = 1_000_000
#: Integers, real numbers and truth values.
_KINDS = "biuf"
_UNSIGNED = "0" * 64
#: The checksum is the first thing in the header, behind the eight bytes of its length.
_START = len(b'12345678{"__metadata__":{"sha256":"')
_END = _START + len(_UNSIGNED)


class DamagedError(ValueError):
    """The bytes are not what `pack` has made, or not for what they are read into."""


def pack(text: str, arrays: list[Array]) -> bytes:
    """Return a safetensors file with a text, arrays and a SHA-256 over all of it.

    Raises:
        ValueError: These are more arrays than `unpack` reads.
    """
    named = {str(number): np.asarray(_stored(a), order="C") for number, a in enumerate(arrays)}
    named["text"] = np.frombuffer(text.encode(), np.uint8)
    content = safetensors.numpy.save(named, {"sha256": _UNSIGNED})
    _check_header(content)
    return sign(content)


def unpack(content: bytes) -> tuple[str, list[Array]]:
    """Return the text and the arrays.

    Raises:
        DamagedError: A byte is missing or changed, or this is another kind of file. No more than
            a few times its size has been allocated, whatever its header claims.
    """
    if sign(content) != content:
        raise DamagedError("its checksum is wrong: it is cut, changed or another kind of file")
    try:
        _check_header(content)
        found = safetensors.numpy.load(content)
        text = found.pop("text").tobytes().decode()
        return text, [found[str(number)] for number in range(len(found))]
    except Exception as error:  # the library raises half a dozen kinds
        raise DamagedError(f"it holds something else: {error!r}") from error


def sign(content: bytes) -> bytes:
    """Return a file with the checksum that fits the rest of it."""
    start, end = content[:_START], content[_END:]
    digest = hashlib.sha256(start + _UNSIGNED.encode() + end).hexdigest()
    return start + digest.encode() + end


def check_layout(arrays: list[Array], variables: list[Any]) -> None:
    """Make sure that arrays have the shapes and dtypes of variables.

    Raises:
        DamagedError: They do not.
    """
    here = [(tuple(v.shape), str(_stored(np.empty(0, v.dtype)).dtype)) for v in variables]
    there = [(array.shape, str(_stored(array).dtype)) for array in arrays]
    if here != there:
        raise DamagedError(f"it is of another model: its arrays are {there}, not {here}")


def assign(arrays: list[Array], variables: list[Any]) -> None:
    """Set variables to arrays that `check_layout` has let pass."""
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array.view(variable.dtype))


def _stored(array: Array) -> Array:
    """Return an array that can be packed: itself, or one that NumPy has no dtype for as bits."""
    return array if array.dtype.kind in _KINDS else array.view(f"u{array.dtype.itemsize}")


def _check_header(content: bytes) -> None:
    if (length := int.from_bytes(content[:8], "little")) > _LONGEST_HEADER:
        raise ValueError(f"a header must be at most {_LONGEST_HEADER:,} bytes long, not {length:,}")
