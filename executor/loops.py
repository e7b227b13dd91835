"""Calls a node more than once: for every item of a list, with values carried from one call to the next, or until an
output says so. A node is a function, or a subgraph whose inner nodes are its body.

`Looping` is how, as the request says; `Loop` is one such node at work. It decides nothing about other nodes and sends
nothing: `run.py` calls it and reports.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Sized

from . import loom
from .choices import chosen_input, selector_value
from .graph import Node, all_within
from .results import UNSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from .scheduler import Seat

    Call = Callable[[Mapping[str, object]], Sequence[object]]
    """Calls what is looped with these inputs; gives its outputs."""

SLOW_S = 0.001
"""Items that take longer than this on average are worth more hands."""
ITEMS_AT_A_LOOK = 16


class LoopError(Exception):
    """The inputs do not fit the loop; the message says which and what to do."""


class FailedItem:
    """Stands in a list for an item whose call has failed, where the loop keeps those."""

    __slots__ = ("kind", "message")

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        self.message = message

    def __repr__(self) -> str:
        return f"failed: {self.kind}: {self.message}"

    def __reduce__(self) -> tuple[object, ...]:
        return FailedItem, (self.kind, self.message)


class Looping:
    """How a node is called more than once."""

    __slots__ = ("carried", "cross", "entry", "keeps_failed", "limit", "mapped", "until")

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.mapped: tuple[str, ...] = tuple(spec.get("map") or ())
        """Inputs that take one item at a time."""
        self.cross: bool = spec.get("cross", False)
        """Every combination of the mapped inputs' items, rather than the first with the first and so on."""
        self.carried: dict[str, int] = dict(spec.get("carry") or {})
        """Inputs that take what an output gave in the call before, by the output's index."""
        self.until: int | None = spec.get("until")
        """Index of the output that ends the loop when it is true."""
        self.limit: int = spec.get("limit") or 0
        """Calls at most, where nothing is mapped."""
        self.keeps_failed: bool = spec.get("keep_failed", False)
        self.entry: int | None = spec.get("entry")
        """Of a subgraph: the node that gives the loop's inputs to the body."""

    def identity(self) -> tuple[object, ...]:
        """What of it decides what the loop gives."""
        carried = tuple(self.carried.items())
        return (self.mapped, self.cross, carried, self.until, self.limit, self.keeps_failed)


class Loop:
    """One loop at work. Its items are handed out one by one, to the worker that owns it and to helpers that join."""

    def __init__(
        self,
        node: Node,
        looping: Looping,
        values: Mapping[str, object],
        new_call: Callable[[Seat], Call],
        seat: Seat,
        is_stopped: Callable[[], bool],
    ) -> None:
        self.node = node
        self._looping = looping
        self._values = values
        self._new_call = new_call
        self._seat = seat
        self._is_stopped = is_stopped
        self._outputs = len(node.kind.outputs)
        self._lock = threading.Lock()
        self._joined = threading.Condition(self._lock)
        self._helpers = 0
        self._items: Iterator[Mapping[str, object]] = iter(())
        self._total: int | None = None
        self._given = 0
        self._results: dict[int, Sequence[object]] = {}
        self._error: BaseException | None = None
        self._began_s = 0.0
        self.failed = 0
        """Items that failed and were kept."""
        self.is_cut = False
        """Did it end by its limit, although an output was to end it?"""

    def run(self) -> tuple[object, ...]:
        """Do all of it. Raises what a call raises, `LoopError`, `loom.Cancelled`."""
        if not self._looping.mapped:
            return self._repeat()
        self._items, self._total = items_of_inputs(self._values, self._looping)
        self._began_s = time.monotonic()
        self._tell()
        if self._looping.carried:
            return self._fold()
        try:
            self._take_items(self._seat)
        finally:
            with self._lock:
                while self._helpers:  # with a time limit: only then an interrupt is heard
                    self._joined.wait(0.05)
        if self._error is not None:
            raise self._error
        self._check_stop()
        rows = [self._results[at] for at in range(len(self._results))]
        return tuple([row[output] for row in rows] for output in range(self._outputs))

    def is_slow(self) -> bool:
        """Are there items left, and does each take so long that more hands help?"""
        if self._error is not None or not self._looping.mapped or self._looping.carried:
            return False
        if self._total is not None and self._given >= self._total:
            return False
        spent_s = time.monotonic() - self._began_s
        return spent_s > SLOW_S * max(1, len(self._results)) * (1 + self._helpers)

    def token(self) -> Token:
        """What a helper takes from the ready nodes in order to join."""
        return Token(self)

    def join(self, seat: Seat) -> None:
        """A helper's part; what fails is raised in the loop's owner."""
        with self._lock:
            self._helpers += 1
        try:
            self._take_items(seat)
        finally:
            with self._lock:
                self._helpers -= 1
                self._joined.notify()

    def _take_items(self, seat: Seat) -> None:
        call = self._new_call(seat)
        while True:
            with self._lock:
                if self._error is not None:
                    return
                try:
                    self._check_stop()
                    values = next(self._items)
                except StopIteration:
                    return
                except BaseException as error:
                    self._error = error
                    raise
                at = self._given
                self._given += 1
            try:
                result = self._one(call, values, at)
            except BaseException as error:
                with self._lock:
                    self._error = self._error or error
                return
            with self._lock:
                self._results[at] = result
                self._tell()

    def _one(self, call: Call, values: Mapping[str, object], at: int) -> Sequence[object]:
        """One call; a failure is kept as an item, or says which item it was."""
        of = "" if self._total is None else f" of {self._total}"
        for name in self._looping.mapped:
            item = values[name]
            if isinstance(item, FailedItem):
                if self._looping.keeps_failed:
                    self.failed += 1
                    return [item] * self._outputs
                raise LoopError(f"item {at + 1}{of} of the input {name!r} failed before: {item.kind}: {item.message}")
        try:
            return call(values)
        except Exception as error:
            if self._looping.keeps_failed:
                self.failed += 1
                cause = getattr(error, "error", error)  # of a node in its body
                return [FailedItem(type(cause).__name__, str(cause))] * self._outputs
            getattr(error, "error", error).add_note(f"(item {at + 1}{of})")
            raise

    def _fold(self) -> tuple[object, ...]:
        """One after the other, since each needs what the one before gave."""
        call, looping = self._new_call(self._seat), self._looping
        state = {name: self._values.get(name) for name in looping.carried}
        rows: list[Sequence[object]] = []
        for at, values in enumerate(self._items):
            self._check_stop()
            row = self._one(call, {**values, **state}, at)
            if any(isinstance(value, FailedItem) for value in row):
                rows.append(row)
                continue  # what it carries stays as it was
            rows.append(row)
            state = {name: row[output] for name, output in looping.carried.items()}
            self._given += 1
            self._tell()
            if looping.until is not None and row[looping.until]:
                break
        last = {output: state[name] for name, output in looping.carried.items()}
        return tuple(last[k] if k in last else [row[k] for row in rows] for k in range(self._outputs))

    def _repeat(self) -> tuple[object, ...]:
        """Again and again, until an output is true or the limit is reached; it gives what the last call gave."""
        call, looping = self._new_call(self._seat), self._looping
        values = dict(self._values)
        self._total = None if looping.until is not None else looping.limit
        row: Sequence[object] = [UNSET] * self._outputs
        while self._given < looping.limit:
            self._check_stop()
            self._tell()
            try:
                row = call(values)
            except Exception as error:
                getattr(error, "error", error).add_note(f"(repeat {self._given + 1})")
                raise
            self._given += 1
            for name, output in looping.carried.items():
                values[name] = row[output]
            if looping.until is not None and row[looping.until]:
                return tuple(row)
        self.is_cut = looping.until is not None
        return tuple(row)

    def _check_stop(self) -> None:
        if self._is_stopped():
            raise loom.Cancelled("the run was stopped")

    def _tell(self) -> None:
        """How far it is, for whoever shows it."""
        done = len(self._results) or self._given
        self._seat.item = (done, self._total)
        self._seat.progress = (done, self._total, "")


def items_of_inputs(
    values: Mapping[str, object], looping: Looping
) -> tuple[Iterator[Mapping[str, object]], int | None]:
    """The inputs of each call, and how many calls there are when that is known. Raises `LoopError`."""
    lists = {name: items_of(values.get(name), name) for name in looping.mapped}
    counts = {name: len(items) for name, items in lists.items() if isinstance(items, Sized)}
    rest = {name: value for name, value in values.items() if name not in lists}
    names = list(lists)
    if looping.cross and len(names) > 1:
        rows: Iterator[tuple[object, ...]] = itertools.product(*lists.values())
        total = None
        if len(counts) == len(names):
            total = 1
            for count in counts.values():
                total *= count
        return ({**rest, **dict(zip(names, row, strict=True))} for row in rows), total
    if len(set(counts.values())) > 1:
        raise _unequal(counts)
    total = next(iter(counts.values()), None)
    return _zipped(lists, rest), total


def _zipped(lists: Mapping[str, Iterable[object]], rest: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    over = object()
    for row in itertools.zip_longest(*lists.values(), fillvalue=over):
        if over in [item if item is over else None for item in row]:
            ended = [name for name, item in zip(lists, row, strict=True) if item is over]
            raise LoopError(f"the input {ended[0]!r} has fewer items than the others: make them of one length")
        yield {**rest, **dict(zip(lists, row, strict=True))}


def _unequal(counts: Mapping[str, int]) -> LoopError:
    told = ", ".join(f"{name!r} has {count}" for name, count in counts.items())
    return LoopError(
        f"the inputs that are taken item by item have different lengths: {told}; make them of one length, or choose "
        "every combination"
    )


def items_of(value: Any, name: str) -> Iterable[object]:
    """The items that a mapped input takes one by one. A folder is its files, a table its rows as dictionaries."""
    if isinstance(value, (list, tuple, range)):
        return value
    if isinstance(value, os.PathLike):
        return _files(value, name)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        kind = "nothing" if value is None else f"one {type(value).__name__}"
        raise LoopError(f"the input {name!r} is to take a list item by item, and got {kind}")
    if isinstance(value, dict):
        raise LoopError(
            f"the input {name!r} is to take a list item by item, and got a dictionary: take its keys or values"
        )
    if hasattr(value, "to_dict") and hasattr(value, "columns"):  # pandas
        return list(value.to_dict("records"))
    if hasattr(value, "iter_rows") and hasattr(value, "columns"):  # polars
        return list(value.iter_rows(named=True))
    if isinstance(value, (set, frozenset)):
        return list(value)
    items: Iterable[object] = value
    return items


def _files(folder: os.PathLike[str], name: str) -> Sequence[object]:
    import pathlib

    path = pathlib.Path(folder)
    if not path.is_dir():
        raise LoopError(f"the input {name!r} is to take a folder file by file, and {str(path)!r} is none")
    return sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))


class Body:
    """The inner nodes of a subgraph with holders of their own, so that several workers may run it at once."""

    def __init__(
        self, exit_node: Node, around: Mapping[int, Node], bind: Callable[[Node, Mapping[int, Node]], None]
    ) -> None:
        assert exit_node.loop is not None
        self.originals = {node.id: node for node in exit_node.body}
        clones = {node.id: Node(node.id, node.kind, node.values, node.links) for node in exit_node.body}
        for node in exit_node.body:
            clones[node.id].loop, clones[node.id].body = node.loop, node.body
        self.nodes: dict[int, Node] = {**around, **clones}
        self.entry = clones[exit_node.loop.entry]  # type: ignore[index]
        self.order = [clones[node.id] for node in exit_node.body if clones[node.id] is not self.entry]
        self.exit = Node(exit_node.id, exit_node.kind, exit_node.values, exit_node.links)
        self._chooses = any(node.kind.chooses is not None for node in self.order)
        self.exit.loop = exit_node.loop  # bound by name
        for node in [*self.order, self.exit]:
            if node.loop is None or node is self.exit:
                bind(node, self.nodes)

    def run(self, values: Mapping[str, object], call: Callable[[Node], None]) -> list[object]:
        """Call all inner nodes once. Gives what the subgraph's outputs get."""
        self.entry.outputs = tuple([values.get(name) for name in self.entry.kind.outputs])
        if self._chooses:
            self._call_needed(call)
        else:
            for node in self.order:
                call(node)
        given = {name: holder.outputs[index] for name, holder, index in self.exit.named or ()}  # type: ignore[index]
        return [given.get(name, UNSET) for name in self.exit.kind.outputs]

    def _call_needed(self, call: Callable[[Node], None]) -> None:
        """The same where nodes choose: only what is needed is called."""
        own = {node.id: node for node in self.order}
        read = {link[0] for node in self.order for link in node.links.values()}
        for node in self.order:
            node.outputs = None
        stack = [node for node in reversed(self.order) if node.id not in read]
        stack += [own[link[0]] for link in self.exit.links.values() if link[0] in own]
        while stack:
            node = stack[-1]
            missing = [source for source in self._needs(node) if source.outputs is None]
            if missing:
                stack += missing
                continue
            stack.pop()
            if node.outputs is None:
                call(node)

    def _needs(self, node: Node) -> list[Node]:
        """The nodes of the body that this one needs, as far as is known now."""
        if node.kind.chooses is not None and node.loop is None:
            source, value = selector_value(node, self.nodes)
            if source is not None:
                return [source]
            link = node.links.get(chosen_input(node, value))
            return [self.nodes[link[0]]] if link is not None and link[0] in self.originals else []
        ids = {link[0] for link in node.links.values()}
        # What a loop inside needs from here.
        ids |= {link[0] for member in all_within(node.body) for link in member.links.values()}
        return [self.nodes[found] for found in ids if found in self.originals and found != self.entry.id]

    def show(self) -> None:
        """Let the graph's own nodes hold what these gave last."""
        for node in [self.entry, *self.order]:
            self.originals[node.id].outputs = node.outputs


class Token(Node):
    """Stands among the ready nodes for a loop that helpers may join."""

    __slots__ = ("work",)

    def __init__(self, work: Loop) -> None:
        super().__init__(work.node.id, work.node.kind, {}, {})
        self.owner = work.node
        self.work = work
