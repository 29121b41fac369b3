"""Every check of an argument, once, at the public door, so that bodies are mathematics.

A decorator says of each argument what it must be, and the body gets just that::

    @takes(inputs="[batch, time, 1]", season="count <= time", level="number > 0 and < 1")

- ``"[batch, time, 1]"`` is an array of finite numbers, made float64. A name has one size in all
  arguments, ``...`` stands for any further dimensions, ``or`` between shapes for either of them.
- ``"like targets"`` is one in the shape of another argument, and ``"any [batch, ...]"`` one that
  stays as it is: of its own dtype, finite or not.
- A ``"count"`` is an ``"integer"`` of at least 1, a ``"number"`` is real and finite, a ``"text"`` a
  string that is not empty, ``"texts"`` are some of them, and ``"rng"`` is a NumPy generator.
- ``("start", "end")`` are values to choose from.
- What ends in ``or None`` can be None, and a want can hang on an argument: ``"[time] if flat else
  [batch, time]"``. Bounds are expressions of arguments and dimensions, and hold for dimensions,
  too: ``time="count >= 2"``.
"""

import functools
import inspect
import math
import operator
import re
from collections.abc import Callable, Sequence
from numbers import Integral, Real
from types import CodeType
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer[Any]]
Rng = np.random.Generator | np.random.RandomState
P = ParamSpec("P")
R = TypeVar("R")

_BOUNDS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    ">": (operator.gt, "above"),
    ">=": (operator.ge, "at least"),
    "<": (operator.lt, "below"),
    "<=": (operator.le, "at most"),
}


def takes(**wanted: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check arguments, in the order in which they stand here, and make arrays float64.

    Raises:
        TypeError: An argument is of another kind than wanted.
        ValueError: A shape does not fit, a dimension is empty, a value is NaN or infinite, out
            of bounds, or none of those to choose from.
    """
    return lambda function: _guarded(_Arguments, wanted, function)


def takes_tensors(**wanted: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check arguments as `takes` does, and make arrays tensors of one dtype, float32 or float64.

    Plain lists take the dtype of the arrays beside them. ``"bool [batch, time]"`` holds truth
    values, and with ``or zeros`` None becomes zeros. Sizes that are unknown while a `tf.function`
    is traced are checked when it runs, and values when they are known, that is, eagerly.
    """
    return lambda function: _guarded(_Tensors, wanted, function)


def _guarded(
    kind: type["_Arguments"], wanted: dict[str, Any], function: Callable[P, R]
) -> Callable[P, R]:
    signature = inspect.signature(function)

    @functools.wraps(function)
    def door(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        kind(given.arguments, wanted)
        return function(*given.args, **given.kwargs)

    return door


class _Arguments:
    """The arguments of a call, and the sizes of the dimensions met so far, by name."""

    def __init__(self, given: dict[str, Any], wanted: dict[str, Any]) -> None:
        self.given = given
        self.sizes: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self.admit_all(wanted)

    def admit_all(self, wanted: dict[str, Any]) -> None:
        for name, want in wanted.items():
            if name in self.given:
                self.given[name] = self.admit(name, self.given[name], want)
            else:
                self.admit(f"{name} of {self.sources[name]}", self.sizes[name], want)

    def admit(self, name: str, value: Any, want: Any) -> Any:
        """Return a value as the body shall get it, once it is what is wanted."""
        if isinstance(want, tuple):
            return _check_choice(name, value, want)
        if " if " in want:
            want, condition, otherwise = re.split(" if | else ", want)
            want = want if self.evaluated(condition) else otherwise
        if value is None and want.endswith(" or None"):
            return None
        kind, *bounds = _parts(want)
        if kind in _CHECKS:
            _CHECKS[kind](name, value)
        else:
            value = self.array(name, value, kind)
        for bound in bounds:
            sign, limit = bound.split(" ", 1)
            holds, words = _BOUNDS[sign]
            border = self.evaluated(limit)
            is_met = np.asarray(holds(value, border))
            if not is_met.all():
                off = np.argwhere(~is_met)
                shown = limit if limit.isdigit() or off[0].size else f"{limit} = {border}"
                got = f"but is not at index {off[0].tolist()}" if off[0].size else f"not {value}"
                raise ValueError(f"{name} must be {words} {shown}, {got}")
        return value

    def array(self, name: str, value: Any, kind: str) -> Any:
        """Return an array whose values and shape are what is wanted."""
        array = np.asarray(value) if kind.startswith("any ") else as_numbers(name, value)
        if array.dtype.kind not in "iuf":
            raise TypeError(f"{name} must be an array of numbers, not of {array.dtype}")
        self.fit(name, list(array.shape), kind)
        return array

    def fit(self, name: str, shape: list[Any], kind: str) -> None:
        """Compare a shape with what is wanted, and note the sizes of its dimensions."""
        _, like, other = kind.partition("like ")
        wanted = (
            f"{list(self.evaluated(other).shape)} of {other}" if like else kind[kind.index("[") :]
        )
        wanted = wanted.removesuffix(" or zeros")
        wrong = f"{name} must have the shape {wanted}"
        got = f"not {[size if isinstance(size, int) else None for size in shape]}"
        for dimensions in map(_dimensions, wanted.split(" or ")):
            if dimensions[-1] == "...":
                dimensions[-1:] = map(str, shape[len(dimensions) - 1 :])
            if len(dimensions) == len(shape):
                break
        else:
            raise ValueError(f"{wrong}, {got}")
        for dimension, size in zip(dimensions, shape, strict=True):
            if dimension.isidentifier() and not isinstance(self.sizes.get(dimension), int):
                self.sizes[dimension], self.sources[dimension] = size, name
            expected = self.evaluated(dimension)
            if isinstance(size, int) and isinstance(expected, int) and size != expected:
                where = "" if dimension.isdigit() else f" with {dimension} = {expected}"
                if dimension in self.sources:
                    where += f" as in {self.sources[dimension]}"
                raise ValueError(f"{wrong}{where}, {got}")

    def evaluated(self, expression: str) -> Any:
        """Return the value of an expression of arguments and dimensions."""
        return eval(_code(expression), {}, self.given | self.sizes)


class _Tensors(_Arguments):
    """Arguments whose arrays become tensors."""

    def __init__(self, given: dict[str, Any], wanted: dict[str, Any]) -> None:
        import tensorflow as tf  # here, so that who works with NumPy alone does without

        self.tf = tf
        leaves = tf.nest.flatten([given[name] for name, want in wanted.items() if "[" in want])
        dtypes = [*map(_dtype, leaves), "float32"]
        self.dtype = next(dtype for dtype in dtypes if dtype in ("float32", "float64"))
        super().__init__(given, wanted)
        if not tf.executing_eagerly():  # once more, as the sizes of one are known by another
            self.admit_all(wanted)

    def array(self, name: str, value: Any, kind: str) -> Any:
        dtype = "bool" if kind.startswith("bool ") else self.dtype
        if value is None and kind.endswith(" or zeros"):
            value = self.tf.zeros([self.evaluated(d) for d in _dimensions(kind)], dtype)
        if _dtype(value) not in ("", dtype):
            raise TypeError(f"{name} must have dtype {dtype}, not {_dtype(value)}")
        if self.tf.executing_eagerly() and dtype != "bool":
            as_numbers(name, value, dtype)
        tensor = self.tf.convert_to_tensor(value, dtype)
        dimensions, sizes = _dimensions(kind), self.tf.shape(tensor)
        if tensor.shape.rank is None:
            tensor = self.tf.ensure_shape(tensor, [None] * len(dimensions))
        shape = [sizes[i] if size is None else size for i, size in enumerate(tensor.shape)]
        self.fit(name, shape, kind)
        known = [self.evaluated(dimension) for dimension in dimensions]
        return self.tf.ensure_shape(tensor, [s if isinstance(s, int) else None for s in known])


# Of each want once: a function that is called for every batch would spend its time here.
@functools.cache
def _parts(want: str) -> list[str]:
    return re.split("(?: and)? (?=[<>])", want.removesuffix(" or None"))


@functools.cache
def _code(expression: str) -> CodeType:
    return compile(expression, "<want>", "eval")


def _dimensions(layout: str) -> list[str]:
    return layout[layout.index("[") + 1 : layout.index("]")].split(", ")


def _dtype(value: Any) -> str:
    """Return the dtype of a TensorFlow, NumPy or Keras array by name, and of others none."""
    dtype = getattr(value, "dtype", None)
    return "" if dtype is None else str(getattr(dtype, "name", dtype))


def check_count(name: str, value: Any, least: float = 1) -> None:
    """Make sure that an argument is an integer of at least `least`.

    Raises:
        TypeError: It is no integer.
        ValueError: It is smaller.
    """
    if isinstance(value, bool | np.bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool | np.bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, not {value}")


def _check_rng(name: str, value: Any) -> None:
    if not isinstance(value, Rng):
        raise TypeError(f"{name} must be a NumPy Generator or RandomState, not {value!r}")


def check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty")


def _check_texts(name: str, value: Any) -> None:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"{name} must be a sequence of strings, not {value!r}")
    if not value:
        raise ValueError(f"{name} must not be empty")
    for index, text in enumerate(value):
        check_text(f"{name}[{index}]", text)


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "count": check_count,
    "integer": functools.partial(check_count, least=-math.inf),
    "number": _check_number,
    "rng": _check_rng,
    "text": check_text,
    "texts": _check_texts,
}


def _check_choice(name: str, value: Any, choices: tuple[Any, ...]) -> Any:
    of_kind = isinstance(value, tuple(map(type, choices)))
    if not of_kind or value not in choices:
        *most, last = map(repr, choices)
        message = f"{name} must be {', '.join(most)} or {last}, not {value!r}"
        raise (ValueError if of_kind else TypeError)(message)
    return value


def as_numbers(name: str, values: Any, dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """Return an argument as an array of finite numbers.

    Raises:
        TypeError: It holds something else than numbers, or fractions where `dtype` has none.
        ValueError: It is empty, its rows differ in length, or a value is masked, is NaN or
            infinite, in itself or in `dtype`, or is an integer too large for `dtype`.
    """
    if np.ma.is_masked(values):
        raise ValueError(f"{name} must not hold masked values; they would count as what is below")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must have rows of one length: {error}") from error
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be an array of numbers, not of {array.dtype}")
    if array.dtype.kind == "f" and np.dtype(dtype).kind in "iu":
        raise TypeError(f"{name} must be integers, not {array.dtype}")
    if not array.size:
        raise ValueError(f"{name} must not be empty, but has the shape {list(array.shape)}")
    given = array
    with np.errstate(over="ignore"):  # what becomes infinite is refused below
        array = array.astype(dtype, copy=False)
    if array.dtype.kind in "iu" and not np.array_equal(array, given):
        raise ValueError(f"{name} must fit into {array.dtype}, but reach {np.abs(given).max()}")
    finite = np.isfinite(array)
    if not finite.all():
        index = np.argwhere(~finite)[0].tolist()
        raise ValueError(f"{name} must be finite in {array.dtype}, but is not at index {index}")
    return array


def as_codes(name: str, codes: npt.ArrayLike, size: int | None = None) -> Codes:
    """Return codes as whole numbers, each that of a character."""
    array = np.asarray(codes)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"{name} must be whole numbers, not {array.dtype}")
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name} must have the shape [time] and not be empty, not {array.shape}")
    off = array[(array < 0) | (array >= (size or np.inf))]
    if off.size:
        raise ValueError(f"{name} must be below {size} and not negative, but hold {off[0]}")
    return array
