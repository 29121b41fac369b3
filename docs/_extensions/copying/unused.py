"""Leaves out of our definitions what a program does not use.

A parameter with a default that no call gives is its default everywhere. One that all calls give by
name needs no default, and is true in a test where all give what surely is. A branch that is then
never taken goes, and so does a method or a function that nothing names any more.
"""

from __future__ import annotations

import ast
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from .package import uses_of
from .statements import uses

#: What a test may be made of whose value is known without running anything.
KNOWN = ast.Expression | ast.Constant | ast.Compare | ast.BoolOp | ast.UnaryOp
KNOWN |= ast.cmpop | ast.boolop | ast.unaryop


def without_unused(definitions: Sequence[str], body: str) -> list[str]:
    """Return definitions of functions, classes and values without what some code never uses."""
    kept = list(definitions)
    while True:
        calls = Calls.of("\n".join([*kept, body]))
        folded = [cst.parse_module(text).visit(Fold(calls)).code.strip("\n") for text in kept]
        shorter = [
            text
            for place, text in enumerate(folded)
            if _bound([text]) & uses_of("\n".join([*folded[:place], *folded[place + 1 :], body]))
        ]
        if shorter == kept:
            return kept
        kept = shorter


def _bound(texts: Iterable[str]) -> set[str]:
    return set().union(*(uses(node)[1] for text in texts for node in ast.parse(text).body))


@dataclass
class Calls:
    """What the calls of some code give, by the last name of what is called.

    Attributes:
        places: How many arguments are given by place, at most; infinite where that can't be told.
        names: The arguments that some call gives by name; ``**`` where that can't be told.
        always: Those that every call gives by name.
        true: Those that every call gives by name as a value that is surely true.
        attributes: The attributes that are named.
    """

    places: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    always: dict[str, set[str]] = field(default_factory=dict)
    true: dict[str, set[str]] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, code: str) -> Calls:
        """Read some code."""
        calls = cls()
        called: set[ast.expr] = set()
        for node in ast.walk(ast.parse(code)):  # a call comes before what it calls
            match node:
                case ast.Call(func=(ast.Name(id=name) | ast.Attribute(attr=name)) as function):
                    called.add(function)
                    is_open = any(isinstance(one, ast.Starred) for one in node.args)
                    count = math.inf if is_open else len(node.args)
                    calls.places[name] = max(calls.places[name], count)
                    given = {one.arg or "**" for one in node.keywords}
                    calls.names[name] |= given
                    calls.always[name] = calls.always.get(name, given) & given
                    true = {one.arg or "**" for one in node.keywords if _is_true(one.value)}
                    calls.true[name] = calls.true.get(name, true) & true
                case ast.Name(id=name) | ast.Attribute(attr=name) if node not in called:
                    calls.names[name].add("**")  # a value, which may be called with whatever
            if isinstance(node, ast.Attribute):
                calls.attributes.add(node.attr)
        return calls


class Fold(cst.CSTTransformer):
    """Puts defaults in the place of parameters that no call gives, and drops dead branches."""

    def __init__(self, calls: Calls) -> None:
        """Take what the calls give."""
        self.calls = calls
        self.classes: list[str] = []
        self.defaults: list[dict[str, cst.BaseExpression]] = []
        self.given: list[set[str]] = []
        self.true: list[set[str]] = []
        self.elifs: list[cst.If] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        """Note whose methods follow."""
        self.classes.append(node.name.value)

    def leave_ClassDef(self, node: cst.ClassDef, new: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Drop the methods that nothing names."""
        self.classes.pop()
        if any(isinstance(base.value, cst.Attribute) for base in node.bases):
            return new  # the library whose class it extends calls them
        named = self.calls.attributes
        kept = [
            one
            for one in new.body.body
            if not isinstance(one, cst.FunctionDef)
            or one.name.value.startswith("__")
            or one.name.value in named
        ]
        return new.with_changes(body=new.body.with_changes(body=kept))

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        """Tell which of its parameters no call gives, and which all give."""
        name, is_method = node.name.value, bool(self.classes)
        if name == "__init__" and is_method:
            name = self.classes[-1]
        names = [one for one in ast.walk(ast.parse(_code(node))) if isinstance(one, ast.Name)]
        changed = {one.id for one in names if isinstance(one.ctx, ast.Store)}
        defaults: dict[str, cst.BaseExpression] = {}
        given: set[str] = set()
        true = self.calls.true.get(name, set())
        for place, one in enumerate([*node.params.params, *node.params.kwonly_params]):
            own, by_name = one.name.value, self.calls.names[name]
            is_by_name = place >= len(node.params.params)
            is_placed = not is_by_name and self.calls.places[name] > place - is_method
            if one.default is None or own in changed or "**" in by_name:
                continue
            if not is_placed and own not in by_name:
                defaults[own] = one.default
            elif is_by_name and own in self.calls.always[name]:
                given.add(own)
        self.defaults.append(defaults)
        self.given.append(given)
        self.true.append(given & true)

    def leave_FunctionDef(  # noqa: N802
        self, node: cst.FunctionDef, new: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Drop the parameters that no call gives, and the defaults of those that all give."""
        defaults, given, _ = self.defaults.pop(), self.given.pop(), self.true.pop()
        parts: dict[str, Any] = {}
        for part in ("params", "kwonly_params"):
            kept = [one for one in getattr(new.params, part) if one.name.value not in defaults]
            kept = [_required(one) if one.name.value in given else one for one in kept]
            parts[part] = [one.with_changes(comma=cst.MaybeSentinel.DEFAULT) for one in kept]
        if not parts["kwonly_params"] and isinstance(new.params.star_arg, cst.ParamStar):
            parts["star_arg"] = cst.MaybeSentinel.DEFAULT
        return new.with_changes(params=new.params.with_changes(**parts))

    def leave_Name(self, node: cst.Name, new: cst.Name) -> cst.BaseExpression:  # noqa: N802
        """Put a default in the place of its parameter."""
        return next((one[node.value] for one in self.defaults if node.value in one), new)

    def leave_Attribute(self, node: cst.Attribute, new: cst.Attribute) -> cst.Attribute:  # noqa: N802
        """Leave the name of an attribute alone."""
        return new.with_changes(attr=node.attr)

    def leave_Arg(self, node: cst.Arg, new: cst.Arg) -> cst.Arg:  # noqa: N802
        """Leave the name of an argument alone."""
        return new.with_changes(keyword=node.keyword)

    def leave_Param(self, node: cst.Param, new: cst.Param) -> cst.Param:  # noqa: N802
        """Leave the name of a parameter alone."""
        return new.with_changes(name=node.name)

    def visit_If(self, node: cst.If) -> None:  # noqa: N802
        """Note an `elif`, in whose place no other statements can stand."""
        if isinstance(node.orelse, cst.If):
            self.elifs.append(node.orelse)

    def leave_If(  # noqa: N802
        self, node: cst.If, new: cst.If
    ) -> cst.If | cst.RemovalSentinel | cst.FlattenSentinel[cst.BaseStatement]:
        """Keep the branch that is taken."""
        known = self._known(new.test)
        if known is None or node in self.elifs or isinstance(new.orelse, cst.If):
            return new
        taken = new.body if known[0] else new.orelse and new.orelse.body
        if taken is None:
            return cst.RemoveFromParent()
        return cst.FlattenSentinel(cst.ensure_type(taken, cst.IndentedBlock).body)

    def leave_IfExp(self, node: cst.IfExp, new: cst.IfExp) -> cst.BaseExpression:  # noqa: N802
        """Keep the value that is taken."""
        known = self._known(new.test)
        if known is None:
            return new
        return new.body if known[0] else new.orelse

    def leave_BooleanOperation(  # noqa: N802
        self, node: cst.BooleanOperation, new: cst.BooleanOperation
    ) -> cst.BaseExpression:
        """Keep the side that decides."""
        known = self._known(new.left)
        if known is None:
            return new
        return new.left if bool(known[0]) == isinstance(new.operator, cst.Or) else new.right

    def _known(self, test: cst.BaseExpression) -> tuple[object] | None:
        if isinstance(test, cst.Name) and any(test.value in true for true in self.true):
            return (True,)
        return _value(test)


def _is_true(value: ast.expr) -> bool:
    """Tell whether a value is surely true; what a name stands for, or a call gives, may be None."""
    match value:
        case ast.Constant():
            return bool(value.value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(not isinstance(one, ast.Starred) for one in parts)
    return isinstance(value, ast.Lambda)


def _required(parameter: cst.Param) -> cst.Param:
    return parameter.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT)


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node).strip()


def _value(node: cst.BaseExpression) -> tuple[object] | None:
    """Return the value of a test that is made of constants, or None."""
    code = f"({_code(node)})"
    if not all(isinstance(one, KNOWN) for one in ast.walk(ast.parse(code, mode="eval"))):
        return None
    return (eval(code, {"__builtins__": {}}),)
