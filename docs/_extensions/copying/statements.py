"""What a statement does to the names of its module: which it reads, binds and changes.

It is told from names alone. Two names for one value are not followed: a page changes a value in
the cell that makes it, under the name that it has there, or the cell declares what it needs.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

#: Stands for the stream that layers without a seed, `np.random.normal` and the like draw from.
RANDOM = "<random>"
#: Stands for how libraries are set, which every statement may depend on.
SETTINGS = "<settings>"
SEEDS = re.compile(r"\b(set_random_seed|random\.seed|set_seed)\(")
DRAWS = re.compile(
    r"\b(layers\.[A-Z]|Sequential\(|recurrent_network\(|(tf|keras)\.random\."
    r"|(?<![.\w])random\.\w+\(|np\.random\.(?!default_rng|RandomState|Generator))"
)
#: What makes a value that goes on from where its last use has left it.
STREAMS = {"default_rng", "RandomState", "shuffled_batches"}
STREAMS |= {"chain", "cycle", "enumerate", "filter", "islice", "iter", "map", "zip"}
FILE = re.compile(r"[\w/-]+\.[a-z]\w+")
#: The arguments that functions of ours and Python's own change, by place and by name.
CHANGED: dict[str, set[int | str]] = {
    "train": {0, "optimizer"},
    "train_scheduled": {0},
    "next": {0},
    "setattr": {0},
}
#: Functions of libraries that change their first argument; others change what is named as `out`.
FILLING = {"copyto", "shuffle"}
#: Methods that change their object even where their value is used.
CHANGING = {"append", "apply", "assign", "build", "extend", "fit", "pop", "set_weights", "update"}


@dataclass(frozen=True)
class Effect:
    """The names that a statement reads, binds and changes when it runs.

    Attributes:
        later: What the function that it defines reads when it is called.
    """

    reads: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()


@dataclass
class Known:
    """What the statements so far have made of names: functions, generators, modules."""

    functions: dict[str, ast.AST] = field(default_factory=dict)
    streams: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    is_seeded: bool = False

    def effect(self, node: ast.stmt) -> Effect:
        """Return what the next statement does, with what the functions do that it may call."""
        reads, binds = uses(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.modules |= binds
            return Effect(frozenset(reads), frozenset(binds))
        defined = defined_by(node)
        if isinstance(defined, ast.FunctionDef | ast.Lambda):
            effect = self._of_definition(node, defined, reads, binds)
        else:
            effect, makes = self._of_run(node, reads, binds)
            defined = defined or makes
        for name in effect.binds:
            self.functions.pop(name, None)
            if defined:
                self.functions[name] = defined
        return effect

    def _of_definition(
        self,
        node: ast.stmt,
        function: ast.FunctionDef | ast.Lambda,
        reads: set[str],
        binds: set[str],
    ) -> Effect:
        """Return what it does to define a function: little, but for what it needs later."""
        if isinstance(node, ast.FunctionDef):
            binds = {node.name}  # others are bound when it is called
        now = [*getattr(function, "decorator_list", ()), *function.args.defaults]
        later = reads.union(*(uses(self.functions[name])[0] for name in self.called(reads)))
        return Effect(names_of(now), frozenset(binds), later=frozenset(later))

    def _of_run(
        self, node: ast.stmt, reads: set[str], binds: set[str]
    ) -> tuple[Effect, ast.AST | None]:
        """Return what running a statement does, and the generator function it makes a value of."""
        called = [self.functions[name] for name in self.called(reads)]
        reads = reads | names_of(called)
        changes = self.changes([node]) | (reads & self.streams)
        for function in called:
            changes |= self.changed_inside(function) & names_of([function])
            changes |= uses(function)[1] - {getattr(function, "name", "")}
        for loop in running([node]):
            if isinstance(loop, ast.For):
                changes |= {root(source) for name, source in looped(loop) if name in changes} - {""}
        if files := files_named(node):
            reads = reads | files
            changes |= files if isinstance(node, ast.Expr) else set()
        code = "\n".join(map(ast.unparse, [node, *called]))
        if SEEDS.search(code):
            binds = binds | {RANDOM}
            self.is_seeded = True
        elif DRAWS.search(code) and self.is_seeded:  # else it differs in each run of the page
            changes.add(RANDOM)
        self.streams -= binds
        streams = set(self.streams_of(node))
        self.streams |= streams
        makes = next((one for one in called if streams and is_generator(one)), None)
        return Effect(*map(frozenset, (reads | (changes - binds), binds, changes))), makes

    def streams_of(self, node: ast.stmt) -> Iterator[str]:
        """Yield the names that an assignment binds to values that go on from their last use."""
        if not isinstance(node, ast.Assign):
            return
        target, value = node.targets[0], node.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple):
            # What is unpacked has run: what it yields may go on.
            each = getattr(value, "elt", value)
            parts = value.elts if isinstance(value, ast.Tuple) else [each] * len(target.elts)
            pairs = list(zip(target.elts, parts, strict=False))
        for one, part in pairs:
            if self.is_stream(part):
                yield from (name.id for name in ast.walk(one) if isinstance(name, ast.Name))

    def is_stream(self, value: ast.AST) -> bool:
        """Tell whether a value, or one in it, goes on from where its last use has left it."""
        match value:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return name in STREAMS or is_generator(self.functions.get(name))
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
                return any(map(self.is_stream, parts))
            case ast.ListComp(elt=part) | ast.DictComp(value=part):
                return self.is_stream(part)
            case ast.Name(id=name):
                return name in self.streams
        return isinstance(value, ast.GeneratorExp)

    def called(self, reads: Iterable[str]) -> list[str]:
        """Return the functions among some names, and those that they name in turn."""
        found: list[str] = []
        waiting = list(reads)
        while waiting:
            name = waiting.pop()
            if name in self.functions and name not in found:
                found.append(name)
                waiting += uses(self.functions[name])[0]
        return found

    def changes(self, body: Iterable[ast.AST], depth: int = 0) -> set[str]:
        """Return the names whose values some code changes without binding them."""
        found = set()
        for node in running(body):
            match node:
                case ast.Attribute() | ast.Subscript() if not isinstance(node.ctx, ast.Load):
                    found.add(self.changed(node))
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method) as called)):
                    # `np.testing.assert_allclose(...)` changes nothing; `set_...` is a setting.
                    if root(called) not in self.modules or re.match("set_|update", method):
                        found.add(self.changed(called) if method != "set_random_seed" else "")
                case ast.Call(func=ast.Attribute(attr=method)) if method in FILLING:
                    found.add(root(node.args[0]))
                case ast.Call(func=ast.Attribute(attr=method) as called) if method in CHANGING:
                    # `np.append(...)` and `KneserNey(...).fit(...)` change nothing that has a name.
                    of_library = root(called) in self.modules
                    if not (of_library and isinstance(called.value, ast.Name | ast.Call)):
                        found.add(self.changed(called))
                case ast.Call(func=ast.Name(name)) if depth < 4:
                    found |= self.changed_by(name, node, depth)
                case ast.keyword(arg="out"):
                    found.add(root(node.value))
        return found - {""}

    def changed(self, node: ast.AST) -> str:
        """Return the name whose value is changed: that of a variable, or of all settings."""
        return SETTINGS if root(node) in self.modules else root(node)

    def changed_by(self, name: str, call: ast.Call, depth: int) -> set[str]:
        """Return what a call of a function changes of its arguments."""
        changed = CHANGED.get(name, set())
        function = self.functions.get(name)
        if isinstance(function, ast.FunctionDef | ast.Lambda):
            inside = self.changed_inside(function, depth + 1)
            parameters = [one.arg for one in [*function.args.args, *function.args.kwonlyargs]]
            places = {place for place, one in enumerate(parameters) if one in inside}
            changed = places | (inside & set(parameters))
        given = [value for place, value in enumerate(call.args) if place in changed]
        given += [one.value for one in call.keywords if one.arg in changed]
        # What a function returns is made for the call; so it is with a library's.
        makers = {one for one, is_ in self.functions.items() if isinstance(is_, ast.FunctionDef)}
        return {root(value) for value in given} - makers - self.modules

    def changed_inside(self, function: ast.AST, depth: int = 0) -> set[str]:
        """Return the names whose values the body of a function changes, its own included."""
        body: list[ast.AST] | ast.AST = getattr(function, "body", [])
        return self.changes(body if isinstance(body, list) else [body], depth)


def defined_by(node: ast.stmt) -> ast.AST | None:
    """Return the function or class that a statement binds a name to, or a value that holds some."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node
    if isinstance(node, ast.Assign) and any(isinstance(one, ast.Lambda) for one in ast.walk(node)):
        return node.value
    return None


def names_of(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names of the module that some code reads."""
    return frozenset[str]().union(*(uses(node)[0] for node in nodes))


def looped(loop: ast.For) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that a loop binds, each with what its values are taken from."""
    targets, sources = [loop.target], [loop.iter]
    if isinstance(loop.iter, ast.Call) and isinstance(loop.target, ast.Tuple):
        if root(loop.iter) == "zip":
            targets, sources = loop.target.elts, loop.iter.args
        elif root(loop.iter) == "enumerate":
            targets, sources = loop.target.elts[1:], loop.iter.args
    for target, source in zip(targets, sources, strict=False):
        yield from ((one.id, source) for one in ast.walk(target) if isinstance(one, ast.Name))


def files_named(node: ast.AST) -> set[str]:
    """Return the files that some code names: a cell may read what an earlier one has written."""
    texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return {text for text in texts if isinstance(text, str) and FILE.fullmatch(text)}


def is_generator(function: ast.AST | None) -> bool:
    """Tell whether a function yields its values one by one, when they are used."""
    nodes = ast.walk(function) if function else ()
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes)


def running(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of code that run with it, those of lambdas included."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node
            waiting += ast.iter_child_nodes(node)


def root(node: ast.AST) -> str:
    """Return the name that a chain of attributes, items and calls begins with, or nothing."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def uses(node: ast.AST) -> tuple[set[str], set[str]]:
    """Return the module's names that code reads before it binds them, and those that it binds."""
    if not isinstance(node, ast.For | ast.With | ast.If | ast.While | ast.Try | ast.ExceptHandler):
        return names_in(ast.unparse(node))
    reads: set[str] = set()
    binds: set[str] = set()
    for text in heads(node):
        more, bound = names_in(text)
        reads |= more - binds
        binds |= bound
    for block in ("body", "handlers", "orelse", "finalbody"):
        before = set(binds)
        for statement in getattr(node, block, ()):
            more, bound = uses(statement)
            reads |= more - before
            before |= bound
        binds |= before
    return reads, binds


def heads(node: ast.AST) -> list[str]:
    """Return what a compound statement does before its first block, as plain statements."""
    match node:
        case ast.For():
            return [f"{ast.unparse(node.target)} = {ast.unparse(node.iter)}"]
        case ast.If() | ast.While():
            return [ast.unparse(node.test)]
        case ast.With():
            pairs = [(one.optional_vars, one.context_expr) for one in node.items]
            return [" = ".join(map(ast.unparse, filter(None, pair))) for pair in pairs]
        case ast.ExceptHandler(name=str()):
            return [f"{node.name} = Exception"]
    return []


def names_in(text: str) -> tuple[set[str], set[str]]:
    """Return the names of the module that some code reads, and those that it binds."""
    table = symtable.symtable(text, "cell", "exec")
    reads = {one.get_name() for one in table.get_symbols() if one.is_referenced()}
    binds = {
        one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()
    }
    waiting = list(table.get_children())
    while waiting:
        inner = waiting.pop()
        waiting += inner.get_children()
        own = [one for one in inner.get_symbols() if one.is_global()]
        reads |= {one.get_name() for one in own if one.is_referenced()}
        binds |= {one.get_name() for one in own if one.is_assigned()}
    if isinstance(changed := ast.parse(text).body[0], ast.AugAssign):
        reads.add(root(changed.target))
    return reads, binds
