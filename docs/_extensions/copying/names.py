"""What the things of our package are called in the snippets of a page.

They keep their names. Only where two things would share one, or the page uses it for something
else, the module's name goes before it: `_next_state` of `rnnlab.cells._gru` is then
`_gru_next_state`.
"""

from __future__ import annotations

from collections.abc import Iterable

from .package import BUILTINS, Import, Module, Package, Reference, Thing
from .source import Edit


class Names:
    """The names in all snippets of one page, so that they agree with each other."""

    def __init__(
        self, package: Package, references: Iterable[Reference], of_page: Iterable[str]
    ) -> None:
        """Choose a name for each thing that a page uses, and for what these need in turn.

        Args:
            package: Our package.
            references: What the page's cells refer to.
            of_page: The names that the cells bind themselves.
        """
        self.package = package
        references = list(references)
        things = [one.target for one in references if isinstance(one.target, Thing)]
        self.closure = package.closure(things)
        inside = [
            need
            for module, numbers in self.closure.items()
            for number in numbers
            for need in package.needs(package.module(module), number)
        ]
        self._shadows: dict[Thing | Import, set[str]] = {}
        for one in [*references, *inside]:
            self._shadows.setdefault(one.target, set()).update(one.local)

        self._taken = dict.fromkeys([*BUILTINS, *of_page], "")
        self._chosen: dict[Thing | Import, str] = {}
        for one in references:  # the page's own names for libraries come first
            if isinstance(one.target, Import):
                self._choose(one.target, [one.target.alias], one.target.path)
        for module in self.closure:
            for thing in self._defined_in(module):
                tail = module.rpartition(".")[2].lstrip("_")
                mark = "_" if thing.name.startswith("_") else ""
                second = f"{mark}{tail}_{thing.name.lstrip('_')}"
                self._choose(thing, [thing.name, second], f"{module}.{thing.name}")
        for one in inside:
            if isinstance(one.target, Import):
                second = f"{one.target.module.partition('.')[0]}_{one.target.alias}"
                self._choose(one.target, [one.target.alias, second], one.target.path)

    def __getitem__(self, target: Thing | Import) -> str:
        """Return the name of something."""
        return self._chosen[target]

    def edits(self, references: Iterable[Reference]) -> list[Edit]:
        """Return what makes references name their targets by the names chosen."""
        return [Edit(one.start, one.end, self[one.target]) for one in references]

    def _defined_in(self, name: str) -> list[Thing]:
        """Return the things of a module that snippets of the page define."""
        module: Module = self.package.module(name)
        wanted = set(self.closure[name])
        return [Thing(name, one) for one, places in module.defined.items() if wanted & set(places)]

    def _choose(self, target: Thing | Import, names: Iterable[str], meaning: str) -> None:
        """Take the first of some names that is free, or means the same already."""
        if target in self._chosen:
            return
        shadows = self._shadows.get(target, set())
        *_, last = names
        for name in [*names, *(f"{last}_{count}" for count in range(2, 100))]:
            if self._taken.get(name, meaning) == meaning and name not in shadows:
                self._taken[name] = meaning
                self._chosen[target] = name
                return
