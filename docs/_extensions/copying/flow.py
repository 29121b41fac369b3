"""Follow a page's statements one by one, and note what each needs of those before it.

A statement needs those that bound the names that it reads, and those that may have changed what
the names hold: `train(model)` binds nothing, yet `model` is another one afterwards. The statements
are not run but followed, all branches of them, with what `values` knows of a value. Where a thing
is not known, it counts as changed.

Functions of the page are followed where they are called, so what they read is what holds then. Of
functions of our own package it is known that they change only what has state, never an array or a
number that they are given, and that they draw from no generator but one that they are given.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from . import calls
from .glue import is_glue
from .package import BUILTINS, Imports, UnresolvedError
from .scopes import parameters
from .values import DATA, MODEL, STATE, Binding, Code, Frame, Heap, Value, hold, join, merge

# What is read or changed without a name: how arrays are printed, and files.
HIDDEN = ("printing", "files")
# Calls that are followed for one statement. Functions that are handed about may call each other in
# more ways than that.
CALLS = 5000
# With these, what a cell needs can't be read off it.
REFUSED = frozenset({"exec", "eval", "globals", "locals", "vars", "__import__", "get_ipython"})


class Flow:
    """The state of a page after its first statements."""

    def __init__(self, package: str, kind_of_ours: Callable[[str], str]) -> None:
        """Begin before the first statement.

        Args:
            package: The name of our package.
            kind_of_ours: Tells what a call of something of ours gives, by its dotted name.
        """
        self.package, self.kind_of_ours = package, kind_of_ours
        self.heap = Heap()
        self.page = self.frame = Frame()
        self.hidden = {name: Value(STATE, self.heap.new()) for name in HIDDEN}
        self.libraries: dict[str, Value] = {}
        # Those that seeded, or drew from, the random generators that belong to no one.
        self.drawn: frozenset[int] = frozenset()
        self.running: list[Code] = []
        self.current = -1
        self.needs: list[set[int]] = []
        self.calls = 0
        self.followed: dict[tuple[Code, str], tuple[set[int] | None, Value]] = {}

    def follow(self, statement: ast.stmt) -> None:
        """Go on by one statement; what it needs is then the last of `needs`."""
        self.current += 1
        self.needs.append(set())
        self.calls = 0
        self.followed.clear()
        self.heap.mark()
        self.run(statement)
        self.needs[-1].discard(self.current)

    def bindings(self) -> dict[str, set[int]]:
        """Return, for each name of the page, the statements that made what it holds now."""
        return {
            name: {*binding.by, *self.heap.changes(binding.value)}
            for name, binding in self.page.names.items()
        }

    # -- names -------------------------------------------------------------------------------------

    def look_up(self, name: str) -> Value:
        """Return what a name is bound to, and note who bound or changed it."""
        frame: Frame | None = self.frame
        while frame:
            inner = frame is self.frame or not frame.is_class
            if inner and name in frame.names and name not in frame.declared:
                binding = frame.names[name]
                self.needs[-1] |= binding.by
                self.needs[-1] |= self.heap.changes(binding.value)
                return self.heap.seen(binding.value)
            frame = frame.parent
        if name in REFUSED:
            raise UnresolvedError(name, "can name anything")
        known = name in BUILTINS or name == "display"  # IPython gives cells the latter
        return Value(DATA, paths=frozenset({f"builtins.{name}"} if known else ()))

    def bind(self, target: ast.expr, value: Value) -> None:
        """Bind a target of an assignment, a loop or the like."""
        match target:
            case ast.Name():
                self.bind_name(target.id, value)
            case ast.Tuple() | ast.List():
                parts = value.items or ()
                starred = any(isinstance(part, ast.Starred) for part in target.elts)
                if len(parts) != len(target.elts) or starred:
                    parts = [value.element] * len(target.elts)
                for part, one in zip(target.elts, parts, strict=True):
                    self.bind(part, one)
            case ast.Starred():
                self.bind(target.value, value)
            case ast.Attribute() | ast.Subscript():
                holder = self.evaluate(target.value)
                if isinstance(target, ast.Subscript):
                    self.evaluate(target.slice)
                self.change(holder)
                self.heap.link(holder, value)

    def bind_name(self, name: str, value: Value) -> None:
        """Bind a name where the code stands."""
        frame = self.frame
        if name in frame.declared:
            frame = self.page
        elif name in frame.outer and frame.parent:
            frame = frame.parent
            while frame.parent and name not in frame.names:
                frame = frame.parent
        value = value.plain
        value = self.owned(value)
        binding = Binding(value, frozenset({self.current}))
        if frame is not self.frame and name in frame.names:
            binding = merge({name: binding}, {name: frame.names[name]})[name]
        frame.names[name] = binding

    def change(self, value: Value) -> None:
        """Note that the statement may change a value, and so needs what is there of it."""
        self.needs[-1] |= self.heap.changes(value)
        self.heap.change(value, self.current)

    def touch(self, hidden: str) -> None:
        """Note that the statement reads and changes something without a name."""
        self.change(self.hidden[hidden])

    def draw(self) -> None:
        """Note that the statement draws from a generator that belongs to no one."""
        self.needs[-1] |= self.drawn
        self.drawn |= {self.current}

    def draw_later(self) -> Value:
        """Return a new object whose weights were drawn, which matters only once they are used."""
        made = Value(MODEL, self.heap.new())
        self.drawn |= {self.current}
        self.heap.draw(made, self.drawn)
        return made

    def use(self, value: Value) -> None:
        """Note that the statement uses the weights of a value, if it has any."""
        self.needs[-1] |= self.heap.drawn(value)

    def seed(self) -> None:
        """Note that the statement seeds these generators, whatever was drawn before."""
        self.drawn = frozenset({self.current})

    # -- statements --------------------------------------------------------------------------------

    def run_all(self, statements: Sequence[ast.stmt]) -> None:
        """Follow statements in their order."""
        for statement in statements:
            self.run(statement)

    def run(self, node: ast.stmt) -> None:
        """Follow a statement."""
        match node:
            case ast.Assign():
                value = self.owned(self.evaluate(node.value))
                for target in node.targets:
                    self.bind(target, value)
            case ast.AnnAssign(value=ast.expr()):
                self.bind(node.target, self.owned(self.evaluate(node.value)))
            case ast.AugAssign():
                old, new = self.evaluate(node.target), self.evaluate(node.value)
                self.change(old)
                self.heap.link(old, new)
                self.bind(node.target, join([old, new]))
            case ast.Return():
                self.frame.returned.append(self.evaluate(node.value) if node.value else Value())
            case ast.Delete():
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.frame.names.pop(target.id, None)
                    else:
                        self.change(self.evaluate(target.value))
            case ast.If():
                self.evaluate(node.test)
                self.branch(node.body, node.orelse)
            case ast.For() | ast.AsyncFor():
                iterable = self.operand(node.iter)
                self.loop(node, lambda: self.bind(node.target, iterable.element))
            case ast.While():
                self.loop(node, lambda: self.evaluate(node.test))
            case ast.Break() | ast.Continue():
                self.frame.left.append(dict(self.frame.names))
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    value = self.operand(item.context_expr)
                    if value.kind != DATA:
                        self.change(value)
                    if item.optional_vars:
                        self.bind(item.optional_vars, value)
                self.run_all(node.body)
            case ast.Try() | ast.TryStar():
                self.attempt(node)
            case ast.Match():
                self.match(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for decorator in node.decorator_list:
                    self.evaluate(decorator)
                self.bind_name(node.name, self.function(node))
            case ast.ClassDef():
                self.define_class(node)
            case ast.Import() | ast.ImportFrom():
                self.import_(node)
            case ast.Global():
                self.frame.declared.update(node.names)
            case ast.Nonlocal():
                self.frame.outer.update(node.names)
            case ast.Expr() if is_glue(node):
                pass
            case ast.Expr() | ast.Assert() | ast.Raise():
                for part in ast.iter_child_nodes(node):
                    self.evaluate(part)

    def branch(self, *ways: Sequence[ast.stmt]) -> None:
        """Follow several ways from here, of which one is taken."""
        before, drawn, after = self.frame.names, self.drawn, []
        ends: frozenset[int] = frozenset()
        for way in ways:
            self.frame.names, self.drawn = dict(before), drawn
            self.run_all(way)
            after.append(self.frame.names)
            ends |= self.drawn
        self.frame.names, self.drawn = merge(*after), ends

    def loop(self, node: ast.For | ast.AsyncFor | ast.While, step: Callable[[], object]) -> None:
        """Follow a loop: twice, since a round may use what the one before it did."""
        before, outer, drawn = dict(self.frame.names), self.frame.left, self.drawn
        surely = isinstance(node, ast.For) and isinstance(node.iter, ast.List | ast.Tuple)
        for _ in range(2):
            self.frame.left = []
            step()
            self.run_all(node.body)
            after = merge(self.frame.names, *self.frame.left)
            self.frame.names = merge(before, after)
            self.drawn |= drawn
        if surely and node.iter.elts:
            self.frame.names = after
        self.frame.left = outer
        self.branch(node.orelse, [])

    def attempt(self, node: ast.Try | ast.TryStar) -> None:
        """Follow a `try`: it may be left after any of its statements."""
        reached, drawn = [dict(self.frame.names)], self.drawn
        for statement in node.body:
            self.run(statement)
            reached.append(dict(self.frame.names))
        self.run_all(node.orelse)
        ends, failed = [self.frame.names], merge(*reached)
        for handler in node.handlers:
            self.frame.names = dict(failed)
            if handler.type:
                self.evaluate(handler.type)
            if handler.name:
                self.bind_name(handler.name, Value(STATE))
            self.run_all(handler.body)
            ends.append(self.frame.names)
        self.frame.names = merge(*ends)
        self.drawn |= drawn
        self.run_all(node.finalbody)

    def match(self, node: ast.Match) -> None:
        """Follow a `match`: each case from here, or none."""
        subject, before = self.evaluate(node.subject), self.frame.names
        ends, drawn = [before], self.drawn
        for case in node.cases:
            self.frame.names = dict(before)
            for part in ast.walk(case.pattern):
                name = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(name, str):
                    self.bind_name(name, subject.element)
                elif isinstance(part, ast.MatchValue):
                    self.evaluate(part.value)
            if case.guard:
                self.evaluate(case.guard)
            self.run_all(case.body)
            ends.append(self.frame.names)
        self.frame.names = merge(*ends)
        self.drawn |= drawn

    def import_(self, node: ast.Import | ast.ImportFrom) -> None:
        """Follow an import: what it binds is known by its dotted name."""
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            raise UnresolvedError(f"from {node.module} import *", "hides what it binds")
        here = Imports([node], self.package)
        paths = {alias: one.path for alias, one in here.libraries.items()} | here.ours
        for alias, path in paths.items():
            root = path.partition(".")[0]
            library = self.libraries.setdefault(root, Value(STATE, self.heap.new()))
            self.bind_name(alias, Value(DATA, library.objects, frozenset({path})))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Value:
        """Return a function as a value."""
        given = [default for default in [*node.args.defaults, *node.args.kw_defaults] if default]
        defaults = self.owned(join(self.evaluate(default) for default in given))
        return Value(DATA, self.heap.new(), code=frozenset({Code(node, self.frame, defaults)}))

    def define_class(self, node: ast.ClassDef) -> None:
        """Follow the body of a class, which runs where it stands."""
        for part in [*node.decorator_list, *(word.value for word in node.keywords)]:
            self.evaluate(part)
        above = self.heap.code(join([self.evaluate(base) for base in node.bases]))
        bases = frozenset(code for code in above if isinstance(code.node, ast.ClassDef))
        outer = self.frame
        self.frame = Frame(outer, is_class=True)
        self.run_all(node.body)
        methods = {name: code for base in bases for name, code in base.methods.items()} | {
            name: code for name, binding in self.frame.names.items() for code in binding.value.code
        }
        self.frame = outer
        code = Code(node, outer, Value(), methods, bases)
        self.bind_name(node.name, Value(DATA, self.heap.new(), code=frozenset({code})))

    # -- expressions -------------------------------------------------------------------------------

    def owned(self, value: Value) -> Value:
        """Return a value as an object that can be followed."""
        if value.objects or value.is_fixed:
            return value
        return replace(value, objects=self.heap.new())

    def evaluate(self, node: ast.expr, called: bool = False) -> Value:
        """Return what an expression may give."""
        match node:
            case ast.Constant():
                return Value(is_fixed=True)
            case ast.Name():
                value = self.look_up(node.id)
                if called:
                    return value
                if value.kind == DATA:
                    self.use(value)
                if value.collection == "iterator":
                    self.change(value)
                calls.used(self, value)
                return value
            case ast.Attribute():
                holder = self.evaluate(node.value, called=True)
                if holder.paths:
                    paths = frozenset(f"{path}.{node.attr}" for path in holder.paths)
                    return Value(DATA, holder.objects, paths)
                if not called:
                    calls.used(self, holder)
                return calls.attribute(self, holder, node.attr)
            case ast.Subscript():
                holder = (
                    self.evaluate(node.value, called=True) if called else self.operand(node.value)
                )
                self.evaluate(node.slice)
                return holder.part
            case ast.Call():
                return calls.call(self, node)
            case ast.Lambda():
                return self.function(node)
            case ast.Tuple() | ast.List() | ast.Set():
                items = tuple(self.evaluate(part) for part in node.elts)
                starred = any(isinstance(part, ast.Starred) for part in node.elts)
                return replace(hold(items, "list"), items=None if starred else items)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self.comprehend(node)
            case ast.NamedExpr():
                value = self.owned(self.evaluate(node.value))
                inner = self.frame
                while self.frame.is_comprehension and self.frame.parent:
                    self.frame = self.frame.parent
                self.bind(node.target, value)
                self.frame = inner
                return value
            case ast.BinOp(op=ast.Add() | ast.Mult() | ast.BitOr() | ast.Mod()) | ast.BoolOp():
                parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
                whole = join([self.operand(part) for part in parts])
                # A sum of arrays is new, a sum of lists shares what they hold.
                if whole.kind == DATA and not whole.collection and isinstance(node, ast.BinOp):
                    return Value(is_fixed=whole.is_fixed)
                return whole
            case ast.IfExp():
                self.evaluate(node.test)
                return join([self.evaluate(node.body), self.evaluate(node.orelse)])
            case ast.Starred() | ast.Await() | ast.YieldFrom() | ast.Yield(value=ast.expr()):
                value = self.evaluate(node.value)
                if not isinstance(node, ast.Starred | ast.Await):
                    self.frame.returned.append(value)
                return value
            case ast.Dict():
                parts = [part for part in [*node.keys, *node.values] if part]
                return hold([self.evaluate(part) for part in parts], "mapping")
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                self.operand(part)
            elif isinstance(part, ast.keyword | ast.FormattedValue):
                self.operand(part.value)
        return Value()

    def operand(self, node: ast.expr) -> Value:
        """Evaluate what an operator works on: it may run the methods of an object."""
        value = self.evaluate(node)
        if isinstance(node, ast.Call):  # a name's were followed already
            calls.used(self, value)
        return value

    def comprehend(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Value:
        """Follow a comprehension, whose variables are its own."""
        around = outer = self.frame
        while around.is_comprehension and around.parent:
            around = around.parent
        before, drawn = dict(around.names), self.drawn
        self.frame = Frame(outer, is_comprehension=True)
        for part in node.generators:
            self.bind(part.target, self.evaluate(part.iter).element)
            for test in part.ifs:
                self.evaluate(test)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        values = [self.evaluate(part) for part in parts]
        self.drawn |= drawn
        self.frame = outer
        around.names = merge(before, around.names)  # what `:=` bound, unless there was no round
        if isinstance(node, ast.DictComp):
            return hold(values, "mapping")
        is_lazy = isinstance(node, ast.GeneratorExp)
        return replace(hold(values, "iterator" if is_lazy else "list"), each=values[-1])

    # -- functions of the page ---------------------------------------------------------------------

    def enter(self, code: Code, arguments: Sequence[Value], words: dict[str, Value]) -> Value:
        """Follow a function of the page with arguments."""
        node = code.node
        assert not isinstance(node, ast.ClassDef)
        self.calls += 1
        if self.calls > CALLS:
            raise UnresolvedError(getattr(node, "name", "lambda"), "is called in too many ways")
        anything = join([*arguments, *words.values(), code.defaults])
        frame = Frame(code.home)
        positional = [*node.args.posonlyargs, *node.args.args]
        given = dict(zip((arg.arg for arg in positional), arguments, strict=False)) | words
        outer, self.frame = self.frame, frame
        self.running.append(code)
        for arg in parameters(node):
            is_star = arg in (node.args.vararg, node.args.kwarg)
            default = anything if is_star or "*" in words else code.defaults
            self.bind_name(arg.arg, given.get(arg.arg, default))
        if isinstance(node, ast.Lambda):
            frame.returned.append(self.evaluate(node.body))
        else:
            self.run_all(node.body)
        self.running.pop()
        self.frame = outer
        returned = frame.returned
        if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node)):
            # It has not run yet: it does whenever what it returned is used.
            held = hold(returned, "iterator")
            return replace(held, kind=STATE, code=frozenset({code}))
        return returned[0] if len(returned) == 1 else join(returned)
