"""Kinds of nodes and the files they come from: loaded when first needed, again when they changed on disk.

A file that does not load is a fault of its own kinds only. Nothing is executed before a node needs it. Each file
is a module of its own under a name made from its path; its folder comes last in `sys.path`, so a helper beside it
can be imported but never replaces a package. A file of an installed package is that package's own module, imported as
anything else would import it.
"""

from __future__ import annotations

import binascii
import os
import sys
import threading
from types import ModuleType

from . import sources
from .fit import parse, taking
from .parts import Parts
from .results import unpacker
from .signatures import by_name
from .trivial import is_trivial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Any


_GENERATOR, _COROUTINE = 0x20, 0x80
"""Flags of code objects, as the standard library's `inspect` names them, which takes long to import."""


class Kind:
    """One kind of node as the request describes it, and its function once that is loaded."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = spec
        self.id: int = spec["kind"]
        self.title: str = spec.get("title") or spec.get("function") or "node"
        self.file: str = spec.get("file") or ""
        self.name: str = spec.get("function") or ""
        self.takes: tuple[tuple[str, str], ...] = tuple((name, notation) for name, notation in spec.get("inputs") or ())
        """Each input's name and the notation of its type."""
        self.inputs = tuple((name, parse(notation).base()) for name, notation in self.takes)
        """Each input's name and the name of the type by which what is typed into it is read."""
        self.outputs: tuple[str, ...] = tuple(spec.get("outputs") or ())
        self.call: str = spec.get("call") or "named"
        self.result: str = spec.get("result") or "single"
        self.cache: bool = spec.get("cache", True)
        self.is_async: bool = spec.get("is_async", False)
        self.is_heavy: bool = spec.get("heavy", False)
        self.chooses: str | None = spec.get("chooses")
        """The input that says which of the others is needed."""
        self.yields = False
        """Is it a generator? Known when the function is loaded."""
        self.names = tuple(name for name, _ in self.inputs)
        self.always_set = 0 if self.result == "spread" else len(self.outputs)
        """How many outputs every call sets; the first Loom's nodes may leave some out."""
        self.paths = frozenset(name for name, kind in self.inputs if kind == "path")
        self.secrets = frozenset(name for name, kind in self.inputs if kind == "secret")
        """Inputs whose values are never shown, nor kept on disk."""
        self.is_special = bool(self.paths or self.secrets) or not self.cache
        """Must its nodes be looked at before every run?"""
        self.key = 0
        """Content key of the source and of how it is called; 0 until it is known."""
        self.function: Callable[..., object] | None = None
        self.unpack = unpacker(self.result, self.outputs)
        """How a returned value becomes the outputs; None when it is the only one as it is."""
        self.tame_calls = 0
        """Calls that left the standard streams alone."""
        self.trivial = False
        """Is the function loaded and trivial, and may all inputs be given by position?"""
        self.by_position = False
        """May all inputs be given by position? Known when the function is loaded."""
        self.parameters: tuple[str, ...] = ()
        """Names of what may be given by position, in order."""

    def forget(self) -> None:
        """The source changed: load the function anew."""
        self.key, self.function, self.trivial = 0, None, False

    def identity(self) -> tuple[object, ...]:
        """What besides the source decides what a call returns."""
        return (self.name, self.call, self.result, self.outputs, self.takes, self.is_async)


class _File:
    """A source file as it was read last."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.stamp = stamp(path)
        self.source: bytes | None = None
        self.parts: Parts | None = None
        self.module: ModuleType | None = None
        self.error: BaseException | None = None
        self.trace: TracebackType | None = None

    def read(self) -> bytes:
        """The content, read once; empty when it cannot be read (loading it will say why)."""
        if self.source is None:
            try:
                with open(self.path, "rb") as file:
                    self.source = file.read()
            except OSError:
                return b""
        return self.source

    def part(self, function: str) -> bytes:
        """What of the content a function uses."""
        if self.parts is None:
            self.parts = Parts(self.read())
        return self.parts.of(function)


class Registry:
    """Every file that nodes come from."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._files: dict[str, _File] = {}
        self._helpers: dict[str, tuple[str, tuple[int, int] | None, str]] = {}  # path: module, stamp, folder
        self._generations: dict[str, int] = {}  # folder: how often a helper in it changed
        self._modules_seen = 0

    def content(self, kind: Kind) -> tuple[object, ...]:
        """What the kind's results depend on, for its content key."""
        generation = self._generations.get(os.path.dirname(kind.file), 0)
        return (self.part(kind), generation, *kind.identity())

    def part(self, kind: Kind) -> bytes:
        """What of its file the kind's function uses."""
        return self._file(kind.file).part(kind.name)

    def function(self, kind: Kind) -> Callable[..., object]:
        """The kind's function. Raises what its file raises when it does not load."""
        if kind.function is None:
            function = _pick(self._load(kind.file), kind)
            code = getattr(function, "__code__", None)
            if code is not None and not hasattr(function, "__wrapped__"):
                kind.parameters = code.co_varnames[: code.co_argcount]
            if code is not None:
                kind.is_async = bool(code.co_flags & _COROUTINE)
                kind.yields = bool(code.co_flags & _GENERATOR)
            kind.by_position = kind.call == "positional" or given_positions(kind, kind.names)
            kind.trivial = kind.by_position and kind.chooses is None and is_trivial(function)
            if kind.call == "named":
                function = by_name(function)
            kind.function = taking(function, kind, self._project)
        return kind.function

    def load_module(self, name: str) -> None:
        """Load the node file that is imported under this name, when it is one that was used."""
        if name not in sys.modules:
            for path in list(self._files):
                if module_name(path) == name:
                    self._load(path)

    def note_files(self, paths: Iterable[str]) -> None:
        """Node files that classes of values may come from."""
        for path in paths:
            self._file(path)

    def files(self) -> list[str]:
        """Node files that were used."""
        return [path for path, file in self._files.items() if file.module is not None]

    def refresh(self, edited: Iterable[str] = ()) -> set[str]:
        """Files that changed on disk since they were read, or failed and are worth another try; they load anew.

        `edited`: files that somebody knows to be changed, although size and time may be the same.
        """
        changed = {path for path, file in self._files.items() if file.error is not None or stamp(path) != file.stamp}
        changed.update(path for path in edited if path in self._files)
        for path, (module, seen, folder) in list(self._helpers.items()):
            if stamp(path) != seen:
                del self._helpers[path]
                sys.modules.pop(module, None)
                self._generations[folder] = self._generations.get(folder, 0) + 1
                changed.update(file for file in self._files if os.path.dirname(file) == folder)
        if changed:
            _forget_import_caches()
        for path in changed:
            del self._files[path]
            sys.modules.pop(module_of_package(path, sys.path) or "", None)
        return changed

    def _file(self, path: str) -> _File:
        file = self._files.get(path)
        if file is None:
            file = self._files.setdefault(path, _File(path))
        return file

    def _load(self, path: str) -> ModuleType:
        file = self._file(path)
        with file.lock:
            if file.error is not None:
                raise file.error.with_traceback(file.trace)
            if file.module is None:
                try:
                    file.module = _execute(file)
                except Exception as error:
                    file.error, file.trace = error, error.__traceback__
                    raise
        return file.module

    def find_helpers(self) -> None:
        """Note modules that node files imported from their own folder: an edit of one counts for the folder.

        Call it soon after nodes ran, since it takes the files as they are now for what was imported.
        """
        if len(sys.modules) == self._modules_seen:
            return
        self._modules_seen = len(sys.modules)
        folders = {os.path.dirname(path) for path in self._files}
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str) and path not in self._files and path not in self._helpers:
                folder = os.path.dirname(path)
                if folder in folders:
                    self._helpers[path] = (name, stamp(path), folder)


def stamp(path: str) -> tuple[int, int] | None:
    """Size in bytes and time of change in nanoseconds; None when there is no such file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def module_name(path: str) -> str:
    """The name under which a node file is imported: the same every time, and no other module's."""
    stem = os.path.splitext(os.path.basename(path))[0]
    stem = "".join(c if c.isalnum() else "_" for c in stem)
    return f"loom_node_{stem}_{binascii.crc32(path.encode('utf-8', 'replace')):08x}"


def module_of_package(path: str, search: Sequence[str]) -> str | None:
    """The module that a file is of a package that is installed in one of the folders `search`."""
    folder, _, inner = path.rpartition(f"{os.sep}site-packages{os.sep}")
    parts = os.path.splitext(inner)[0].split(os.sep)
    is_there = os.path.join(folder, "site-packages") in search and all(part.isidentifier() for part in parts)
    return ".".join(parts) if folder and is_there else None


def _execute(file: _File) -> ModuleType:
    if not file.path:
        raise FileNotFoundError("this kind of node has no source file; look for it in the library")
    package = module_of_package(file.path, sys.path)
    if package is not None:
        import importlib

        file.read()
        return importlib.import_module(package)
    with open(file.path, "rb") as stream:
        source = file.source = stream.read()
    folder = os.path.dirname(file.path)
    sources.take(folder)
    if folder not in sys.path:
        sys.path.append(folder)
    name = module_name(file.path)
    module = ModuleType(name)
    module.__file__ = file.path
    sys.modules[name] = module  # dataclasses and pickle look their module up
    try:
        exec(compile(source, file.path, "exec", dont_inherit=True), module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _pick(module: ModuleType, kind: Kind) -> Callable[..., object]:
    function = getattr(module, kind.name, None)
    if not callable(function):
        raise AttributeError(f"{kind.file} has no function {kind.name!r}; was it renamed? Reload the library")
    return function  # type: ignore[no-any-return]


def _forget_import_caches() -> None:
    """A package or helper that was added since is found, and tracebacks show the lines as they are now."""
    import importlib

    importlib.invalidate_caches()
    if "linecache" in sys.modules:
        sys.modules["linecache"].checkcache()


def given_positions(kind: Kind, given: Sequence[str]) -> bool:
    """May the inputs `given` be passed by position, in this order?"""
    return kind.parameters[: len(given)] == tuple(given)
