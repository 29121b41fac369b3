"""What calls, methods and attributes give and change; `flow` follows the code around them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from . import libraries as known
from .values import DATA, DRAWING, GENERATOR, MODEL, NETWORK, STATE, Code, Value, hold, join

if TYPE_CHECKING:
    from .flow import Flow

Words = dict[str, Value]


def used(flow: Flow, value: Value, given: Sequence[Value] = ()) -> list[Value]:
    """Follow what using a value may run: the functions that it is or holds.

    They are called with anything; where the value is given to a call, with what is given with it.
    If functions are among that, they are given to the call as well, and so followed themselves.

    Returns:
        What they may give.
    """
    codes = flow.heap.code(value)
    if not codes:
        return []
    drawn = flow.drawn
    strangers = [
        Value(STATE, flow.heap.new() | join(one for one in given if one.kind != DATA).objects),
        Value(DATA, join(one for one in given if one.kind == DATA).objects),
    ]
    results = []
    for code in codes:
        for function in code.methods.values() if code.methods else [code]:
            if not isinstance(function.node, ast.ClassDef):
                results += [_follow(flow, function, stranger) for stranger in strangers]
                flow.drawn |= drawn  # it may not run
    return results


def _follow(flow: Flow, function: Code, stranger: Value) -> Value:
    """Follow a function whose parameters may all be `stranger`."""
    older = flow.heap.older(stranger)
    seen, result = flow.followed.get((function, stranger.kind), (None, Value()))
    # Once more in a statement tells something new only with other objects.
    if seen is None or not older <= seen:
        now = older | (seen or set())
        flow.followed[function, stranger.kind] = (now, result)
        assert not isinstance(function.node, ast.ClassDef)
        count = len(function.node.args.posonlyargs) + len(function.node.args.args)
        result = join([result, _enter(flow, function, [stranger] * count, {})])
        flow.followed[function, stranger.kind] = (now, result)
    return result


def attribute(flow: Flow, holder: Value, name: str) -> Value:
    """Return an attribute of a value that is no module."""
    if name in known.PLAIN:
        return Value()
    if name not in known.WEIGHTLESS:
        flow.use(holder)
    bound_method = name in known.CHANGES
    return replace(holder.part, kind=STATE) if bound_method else holder.part


def call(flow: Flow, node: ast.Call) -> Value:
    """Follow a call and return what it may give."""
    function = node.func
    receiver = None
    if isinstance(function, ast.Attribute):
        holder = flow.evaluate(function.value, called=True)
        if not holder.paths:
            receiver = holder
    target = receiver if receiver else flow.evaluate(function, called=True)
    arguments, whole = [], []
    for part in node.args:
        value = flow.evaluate(part)
        # What a star stands for could be any of the arguments.
        (whole if isinstance(part, ast.Starred) or whole else arguments).append(value)
    words = {word.arg or "**": flow.evaluate(word.value) for word in node.keywords}
    if "**" in words or whole:
        words["*"] = join([*whole, words.pop("**", Value())])
    for value in [*known.outputs(target.paths, arguments), *filter(None, [words.get("out")])]:
        flow.change(value)
    if receiver:
        return method(flow, receiver, function.attr, arguments, words)
    paths = sorted(target.paths or target.held)
    given = [*arguments, *words.values()]
    if target.paths == {"builtins.super"} and flow.running:
        return _above(flow, arguments)
    codes = flow.heap.code(target)
    results = [_enter(flow, code, arguments, words) for code in codes]
    if target.kind != DATA:  # it may be an instance, where a class alone is data
        for code in codes:
            if "__call__" in code.methods:
                results.append(_enter(flow, code.methods["__call__"], [target, *arguments], words))
            elif isinstance(code.node, ast.ClassDef):  # a class of a library has it
                used(flow, target, given)
                results.append(_unknown(flow, target, arguments, words))
    if not results:  # code that is not the page's may run what it is given
        results = [_library(flow, path, arguments, words) for path in paths]
        if not paths or not all(known.COLLECTS.fullmatch(path) for path in paths):
            handed_on = [one for value in given for one in used(flow, value, given)]
            if any(known.hands_on(path) for path in paths):
                results += handed_on
        if target.held and not target.paths:  # what was taken out of a list could be any of it
            results.append(_unknown(flow, target, arguments, words))
    if results:
        return _any(results)
    if not any(value.kind == NETWORK for value in [*arguments, *words.values()]):
        flow.use(target)  # given a symbol for its inputs, a layer is only put in its place
    return _unknown(flow, target, arguments, words)


def method(
    flow: Flow, receiver: Value, name: str, arguments: Sequence[Value], words: Words
) -> Value:
    """Follow a call of a method."""
    given = [*arguments, *words.values()]
    if known.FILES.fullmatch(name):
        flow.touch("files")
    methods = [code.methods[name] for code in flow.heap.code(receiver) if name in code.methods]
    if methods:
        return _any([_enter(flow, one, [receiver, *arguments], words) for one in methods])
    for value in [receiver, *given]:
        used(flow, value, given)
    if name == "get_weights":
        weights = Value(DATA, flow.heap.new())
        flow.heap.draw(weights, flow.heap.drawn(receiver))
        return weights
    if name not in known.WEIGHTLESS:
        flow.use(receiver)
    if name == "set_weights":
        flow.heap.draw(receiver, frozenset())  # what was drawn for them is gone
    if name in known.READS:
        if name in known.COPIES or (name == "copy" and not receiver.collection):
            return Value() if receiver.kind == DATA else replace(receiver.part, kind=DATA)
        if name == "copy":
            return receiver.plain
        if name == "items":
            return replace(receiver.part, each=Value(items=(Value(), receiver.part)))
        return Value() if name == "keys" else join([receiver.part, *given])  # get(key, default)
    if receiver.kind != DATA or name in known.CHANGES:
        flow.change(receiver)
    if name in known.CHANGES:
        flow.heap.link(receiver, *given)
        return receiver.part
    if receiver.kind in (DATA, DRAWING):
        return receiver.part
    if receiver.kind == GENERATOR:
        if name == "shuffle":
            flow.change(join(given))
        return Value()
    if name in ("fit", "shuffle"):
        flow.draw()
    if receiver.kind in (MODEL, NETWORK) and all(value.kind == DATA for value in given):
        # Layers and models change themselves, never the arrays that they are given.
        return Value()
    return _unknown(flow, receiver, arguments, words)


def _unknown(flow: Flow, target: Value, arguments: Sequence[Value], words: Words) -> Value:
    """Call something that is not known: it may change and keep whatever has state."""
    given = [value for value in [*arguments, *words.values()] if value.kind != DATA]
    for path in target.held:
        _note_hidden(flow, f"{path}.any", words, ())
    if target.kind == NETWORK and not given and "training" not in words:
        return Value()
    flow.change(target)
    for value in given:
        flow.use(value)
        flow.change(value)
    flow.heap.link(target, *given)
    if target.kind in (MODEL, NETWORK) and not given:
        return Value()
    if target.kind == MODEL and any(value.kind == NETWORK for value in given):
        return replace(hold([target, *given]), kind=NETWORK)
    return replace(hold([target, *given]), kind=STATE)


def _library(flow: Flow, path: str, arguments: Sequence[Value], words: Words) -> Value:
    """Call something of a library, or of ours."""
    given = [*arguments, *words.values()]
    whole = hold(given, join(given).collection)
    with_state = [value for value in given if value.kind != DATA]
    _note_hidden(flow, path, words, [str(one) for value in given for one in value.paths])
    if path.startswith(f"{flow.package}."):
        for value in with_state:
            flow.use(value)
            flow.change(value)
        kind = flow.kind_of_ours(path)
        return Value() if kind == DATA else replace(join(with_state), kind=kind)
    if known.CHANGES_FIRST.fullmatch(path) and arguments:
        flow.change(arguments[0])
        flow.heap.link(*given)
        return whole
    if known.FRESH.fullmatch(path) and "copy" not in words:
        return Value()
    if known.ITERATES.fullmatch(path):
        whole = replace(whole, collection="iterator")
    if path == "builtins.zip":
        return replace(whole, each=Value(items=tuple(value.element for value in arguments)))
    if path == "builtins.enumerate" and arguments:
        return replace(whole, each=Value(items=(Value(), arguments[0].element)))
    if path == "builtins.getattr" and arguments and arguments[0].paths:
        paths = frozenset(f"{one}.any" for one in arguments[0].paths)
        return Value(DATA, arguments[0].objects, paths)
    kind = known.result_of(path)
    if not known.is_known(path) or kind == MODEL:
        for value in with_state:
            flow.change(value)
    root = path.partition(".")[0]
    if root in known.BY_LIBRARY:
        if kind == DRAWING:
            return Value(kind, flow.heap.new())
        if root == "tensorflow":  # its tensors and variables are new
            kept = hold(with_state).objects if kind == STATE else frozenset()
            return Value(kind, kept, code=whole.code)
        if root != "keras":
            return whole if kind == STATE else Value(kind, whole.objects)
        seeded = known.SEEDED.fullmatch(path) and "seed" in words
        made = flow.draw_later() if known.MAKES.fullmatch(path) and not seeded else Value()
        if any(value.kind == NETWORK for value in _parts(given)):
            kind = NETWORK  # it knows its inputs
        if "stateful" in words or any(value.kind == STATE for value in _parts(given)):
            kind = STATE
        kept = hold([made, *with_state])
        return replace(kept, kind=kind, code=whole.code, held=whole.held)
    if path in ("builtins.list", "builtins.sorted", "builtins.tuple"):
        return replace(whole, collection="list")
    return whole if root == "builtins" else replace(whole, kind=whole.kind if given else kind)


def _parts(values: Iterable[Value]) -> Iterator[Value]:
    """Yield values, and those in lists that are written out."""
    for value in values:
        yield from value.items or [value]


def _note_hidden(flow: Flow, path: str, words: Words, passed: Iterable[str]) -> None:
    """Note what a call of a library's function reads or changes without naming it."""
    if known.SEEDS_ALL.fullmatch(path):
        flow.seed()
    for one in [path, *passed]:
        seeded = known.SEEDED.fullmatch(one) and "seed" in words
        if known.DRAWS.fullmatch(one) and not seeded:
            flow.draw()
    if known.PRINTS_OTHERWISE.fullmatch(path):
        flow.touch("printing")
    if path in ("builtins.print", "builtins.display"):
        flow.needs[-1] |= flow.heap.changes(flow.hidden["printing"])
    if known.FILES.fullmatch(path):
        flow.touch("files")
    if known.SETTINGS.fullmatch(path) or known.changes_its_library(path):
        flow.change(flow.libraries[path.partition(".")[0]])


def _enter(flow: Flow, code: Code, arguments: Sequence[Value], words: Words) -> Value:
    """Call a function of the page, or make an instance of a class of it."""
    if isinstance(code.node, ast.ClassDef):
        given = [value for value in [*arguments, *words.values()] if value.kind != DATA]
        made = Value(STATE, flow.heap.new(), code=frozenset({code}))
        if "__init__" in code.methods:
            _enter(flow, code.methods["__init__"], [made, *arguments], words)
        else:
            flow.heap.link(made, *given)
        return made
    if code in flow.running:  # it calls itself: once more tells nothing new
        return _unknown(flow, Value(), arguments, words)
    return flow.enter(code, arguments, words)


def _above(flow: Flow, arguments: Sequence[Value]) -> Value:
    """Return what `super()` gives: the instance, with the methods of the classes above its own."""
    function = flow.running[-1].node
    assert not isinstance(function, ast.ClassDef)
    own = [*function.args.posonlyargs, *function.args.args]
    made = arguments[-1] if arguments else flow.look_up(own[0].arg) if own else Value()
    return replace(made, code=frozenset(b for code in flow.heap.code(made) for b in code.bases))


def _any(results: Sequence[Value]) -> Value:
    return results[0] if len(results) == 1 else join(results)
