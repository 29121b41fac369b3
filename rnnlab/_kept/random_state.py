"""The state of a random generator as plain values, and back without trusting them."""

import copy
import json
from typing import Any

import numpy as np

from rnnlab._kept.tensor_file import DamagedError

Rng = np.random.Generator | np.random.RandomState

#: The place in a list of the state that a generator reads next, unchecked by NumPy.
_PLACES = {"pos": "key", "buffer_pos": "buffer"}


def as_plain(rng: Rng) -> Any:
    """Return the state of a generator as numbers, texts, lists and dictionaries."""
    if isinstance(rng, np.random.RandomState):
        state: Any = rng.get_state(legacy=False)
    else:
        state = rng.bit_generator.state
    return json.loads(json.dumps(state, default=lambda array: array.tolist()))


def restore(rng: Rng, plain: Any) -> None:
    """Set a generator to a state that `as_plain` has returned.

    Raises:
        DamagedError: It is no state of this kind of generator, which then keeps its own.
    """
    if not _alike(plain, as_plain(rng)):
        raise DamagedError("its random generator is of another kind, or in no possible state")
    try:
        trial = copy.deepcopy(rng)  # one that is refused may have been set in part
        _set_state(trial, plain)
        if as_plain(trial) != plain:
            raise ValueError("NumPy has converted it")
        _set_state(rng, plain)
    except Exception as error:
        raise DamagedError(f"its random generator is in no possible state: {error}") from error


def _set_state(rng: Rng, plain: Any) -> None:
    if isinstance(rng, np.random.RandomState):
        rng.set_state(plain)
    else:
        rng.bit_generator.state = plain


def _alike(plain: Any, own: Any) -> bool:
    """Tell whether a value has the parts and types that the generator's own state has there.

    What has not would be converted by NumPy, or read beyond its end.
    """
    if type(plain) is not type(own):
        return False
    if isinstance(own, dict):
        return (
            set(plain) == set(own)
            and all(_alike(plain[key], own[key]) for key in own)
            and all(0 <= plain[p] <= len(plain[array]) for p, array in _PLACES.items() if p in own)
        )
    if isinstance(own, list):
        return len(plain) == len(own) and all(map(_alike, plain, own))
    if isinstance(own, str):
        return bool(plain == own)
    return isinstance(own, float) or plain >= 0
