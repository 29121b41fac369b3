"""What the analysis knows of a value: what it may share with others, and what may change it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

# What a value is, as far as it decides what can change it.
DATA = "data"  # numbers, text, arrays, tensors, and collections of them
GENERATOR = "generator"  # draws random numbers, and moves on as it does
DRAWING = "drawing"  # a figure and what is in it
MODEL = "model"  # what Keras makes: layers, optimizers, and models that a first call builds
NETWORK = "network"  # a Keras model that knows its inputs, so that calling it changes nothing
STATE = "state"  # anything else: it may change whenever it is used


@dataclass(eq=False)
class Code:
    """A function or class of the page, which may run whenever its value is used."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
    home: Frame
    defaults: Value
    methods: dict[str, Code] = field(default_factory=dict)  # of a class, inherited ones too
    bases: frozenset[Code] = frozenset()


@dataclass(frozen=True)
class Value:
    """What an expression may give.

    Attributes:
        kind: One of the constants above.
        objects: The numbers of the objects that it is, holds or shares memory with.
        paths: The dotted names by which libraries, or we, know it.
        held: The dotted names of such things that it holds.
        code: The functions and classes of the page that it may run.
        items: What it holds, for a tuple or list that is written out.
        each: What iterating over it gives, if that is known better than the rest.
        collection: "mapping" or "list" if it was made as one, "iterator" if using it moves it on;
            "" for arrays and all else.
        is_fixed: Whether it is a number or a text, which can't be changed.
    """

    kind: str = DATA
    objects: frozenset[int] = frozenset()
    paths: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    code: frozenset[Code] = frozenset()
    items: tuple[Value, ...] | None = None
    each: Value | None = None
    collection: str = ""
    is_fixed: bool = False

    @property
    def plain(self) -> Value:
        """The value without what is known of its parts, which may change."""
        return replace(self, items=None, each=None)

    @property
    def part(self) -> Value:
        """Something in it, or made of it."""
        return replace(self.plain, collection="", is_fixed=False)

    @property
    def element(self) -> Value:
        """One of the things that it holds."""
        if self.each is not None:
            return self.each
        if self.collection == "mapping":
            return Value()  # a key, which can't change
        if not self.items:
            return self.part
        rows = [item.items for item in self.items if item.items]
        whole = join(self.items)
        if len(rows) == len(self.items) and len({len(row) for row in rows}) == 1:
            return replace(whole, items=tuple(join(column) for column in zip(*rows, strict=True)))
        return whole


def join(values: Iterable[Value]) -> Value:
    """Return a value that may be, or hold, any of some values."""
    values = list(values)
    kinds = {value.kind for value in values}
    collections = {value.collection for value in values}
    return Value(
        is_fixed=all(value.is_fixed for value in values) if values else False,
        collection=collections.pop() if len(collections) == 1 else "list" if collections else "",
        kind=kinds.pop() if len(kinds) == 1 else STATE if kinds else DATA,
        objects=frozenset().union(*(value.objects for value in values)),
        paths=frozenset().union(*(value.paths for value in values)),
        held=frozenset().union(*(value.held for value in values)),
        code=frozenset().union(*(value.code for value in values)),
    )


def hold(values: Iterable[Value], collection: str = "") -> Value:
    """Return what holds some values."""
    whole = join(
        replace(value, paths=frozenset(), held=value.paths, objects=frozenset())
        if value.paths  # what belongs to a library is no part of what holds it
        else value
        for value in values
    )
    return replace(whole, collection=collection, is_fixed=False)


@dataclass(frozen=True)
class Binding:
    """What a name may be bound to, and the statements of the page that may have bound it."""

    value: Value
    by: frozenset[int] = frozenset()


@dataclass(eq=False)
class Frame:
    """The names of a module, function, class or comprehension while it runs."""

    parent: Frame | None = None
    is_class: bool = False
    is_comprehension: bool = False
    names: dict[str, Binding] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)  # `global`
    outer: set[str] = field(default_factory=set)  # `nonlocal`
    returned: list[Value] = field(default_factory=list)
    left: list[dict[str, Binding]] = field(default_factory=list)  # names at `break`, `continue`


def merge(*branches: dict[str, Binding]) -> dict[str, Binding]:
    """Return the names after one of several ways was taken."""
    merged: dict[str, Binding] = {}
    for name in {name for branch in branches for name in branch}:
        found = [branch[name] for branch in branches if name in branch]
        by = frozenset().union(*(binding.by for binding in found))
        merged[name] = (
            found[0] if len(set(found)) == 1 else Binding(join(b.value for b in found), by)
        )
    return merged


class Heap:
    """The objects of a page: which share memory or hold each other, and who changed them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._group: list[int] = []
        self._changed: dict[int, set[int]] = defaultdict(set)
        self._code: dict[int, set[Code]] = defaultdict(set)
        self._stateful: set[int] = set()
        self._drawn: dict[int, frozenset[int]] = {}
        self._older = 0

    def mark(self) -> None:
        """Call all objects so far the older ones."""
        self._older = len(self._group)

    def older(self, value: Value) -> set[int]:
        """Return the groups of older objects that a value may be, hold or share."""
        groups = {self._find(one) for one in value.objects}
        return {group for group in groups if group < self._older}

    def new(self) -> frozenset[int]:
        """Make an object."""
        self._group.append(len(self._group))
        return frozenset({self._group[-1]})

    def link(self, *values: Value) -> None:
        """Note that some values may hold each other from now on."""
        groups = {self._find(one) for value in values for one in value.objects}
        if groups:
            first = min(groups)
            for group in groups - {first}:
                self._group[group] = first
                self._changed[first] |= self._changed.pop(group, set())
                self._code[first] |= self._code.pop(group, set())
            self._code[first].update(code for value in values for code in value.code)
            if groups & self._stateful or any(value.kind != DATA for value in values):
                self._stateful.add(first)

    def draw(self, value: Value, by: frozenset[int]) -> None:
        """Note on which statements' random draws what is in a value depends."""
        self._drawn |= dict.fromkeys(value.objects, by)

    def drawn(self, value: Value) -> frozenset[int]:
        """Return the statements whose random draws decide what is in a value."""
        groups = {self._find(one) for one in value.objects}
        return frozenset().union(
            *(by for one, by in self._drawn.items() if self._find(one) in groups)
        )

    def seen(self, value: Value) -> Value:
        """Return a value as it is now: a list of numbers may have been given a model."""
        if value.kind == DATA and any(self._find(one) in self._stateful for one in value.objects):
            return replace(value, kind=STATE)
        return value

    def change(self, value: Value, by: int) -> None:
        """Note that a statement may change a value."""
        for one in value.objects:
            self._changed[self._find(one)].add(by)

    def changes(self, value: Value) -> set[int]:
        """Return the statements that may have changed a value."""
        return {by for one in value.objects for by in self._changed[self._find(one)]}

    def code(self, value: Value) -> set[Code]:
        """Return the code that using a value may run."""
        return {
            *value.code,
            *(code for one in value.objects for code in self._code[self._find(one)]),
        }

    def _find(self, one: int) -> int:
        while self._group[one] != one:
            one = self._group[one]
        return one
