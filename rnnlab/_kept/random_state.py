"""The state of a random generator as plain values, and back without trusting them."""

import copy
from typing import Any

import numpy as np

from rnnlab._kept.checkpoint_file import DamagedError

Rng = np.random.Generator | np.random.RandomState

#: The place in an array of the state that a generator reads next, unchecked by NumPy.
_PLACES = {"pos": "key", "buffer_pos": "buffer"}


def as_plain(rng: Rng) -> Any:
    """Return the state of a generator as numbers, texts, lists and dictionaries."""
    return _plain(_state(rng))


def restore(rng: Rng, plain: Any) -> None:
    """Set a generator to a state that `as_plain` has returned.

    Raises:
        DamagedError: It is no state of this kind of generator, which then keeps its own.
    """
    state = _like(plain, _state(rng), "state")
    try:
        _set_state(copy.deepcopy(rng), state)  # one that is refused may have been set in part
        _set_state(rng, state)
    except Exception as error:
        raise DamagedError(f"its random generator is of another kind: {error}") from error


def _state(rng: Rng) -> Any:
    if isinstance(rng, np.random.RandomState):
        return rng.get_state(legacy=False)
    return rng.bit_generator.state


def _set_state(rng: Rng, state: Any) -> None:
    if isinstance(rng, np.random.RandomState):
        rng.set_state(state)
    else:
        rng.bit_generator.state = state


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _like(plain: Any, own: Any, name: str) -> Any:
    """Return a value with the type and shape that the generator's own state has there.

    What has another one would be converted by NumPy, or read beyond its end.
    """
    if isinstance(own, dict):
        if not isinstance(plain, dict) or set(plain) != set(own):
            raise DamagedError(f"its random generator is of another kind: its {name} differs")
        state = {key: _like(plain[key], own[key], key) for key in own}
        for place, array in _PLACES.items():
            if place in state and not 0 <= state[place] <= np.size(state.get(array, ())):
                raise DamagedError(f"its random generator has no place {state[place]}")
        return state
    if isinstance(own, str):
        if plain != own:
            raise DamagedError(f"its random generator is of another kind: {plain!r}, not {own}")
        return plain
    if isinstance(own, np.ndarray):
        try:
            values = np.array(plain, own.dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise DamagedError(f"its random generator has no {name}: {error}") from error
        if values.shape != own.shape or values.tolist() != plain:
            raise DamagedError(f"its random generator has another {name}")
        return values
    wanted = float if isinstance(own, float) else int
    if type(plain) is not wanted or (wanted is int and plain < 0):
        raise DamagedError(f"its random generator has no {name} {plain!r}")
    return plain
