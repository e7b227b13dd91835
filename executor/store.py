"""Results on disk, so that they survive the engine: a bounded folder of files, the least recently used leave first.

A file is read back only when its signature shows that Loom itself wrote it on this machine: it holds a pickle, and to
read a pickle is to run it. The key of the signatures lies in the folder, which belongs to the user and travels with no
project. Files are written by a thread of their own.

A file is `MAGIC`, the signature of its head, the head (JSON: how the values are shown, the signature of the rest), and
the values (`pickled.py`).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import queue
import threading

from . import pickled
from .stored import BYTES_PER_NS, WORTH_NS, ResultLost, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAGIC = b"LOOMRES1"
_LARGEST_SHARE = 4
"""One result takes at most this part of the limit."""
_LONGEST_HEAD = 1024 * 1024
_PENDING = 256
_SUFFIX = ".result"


class Store:
    """The results of all projects of this user. `find_module` loads a node file by its module's name."""

    def __init__(self, folder: str, limit: int, find_module: Callable[[str], None]) -> None:
        self._folder = folder
        self._limit = limit
        self._find_module = find_module
        self._key = _own_key(folder)
        self._names: dict[str, int] = {}
        self._kinds: set[str] = set()
        self._lock = threading.Lock()
        self._pending: queue.Queue[tuple[str, tuple[object, ...], str] | None] = queue.Queue(_PENDING)
        self._has_writer = False
        self._scan()

    def has_kind(self, kind: str) -> bool:
        """Is there any result of this kind of node?"""
        return kind in self._kinds

    def find(self, name: str, count: int) -> Stored | None:
        """The result of this name (`KIND-DIGEST`), with so many outputs."""
        if name not in self._names:
            return None
        path = self._path(name)
        try:
            head, offset = self._head(path)
            os.utime(path)
        except (OSError, ValueError, EOFError):
            self._drop(name)
            return None
        if head["outputs"] != count:
            return None
        return Stored.at(count, head["preview"], lambda: self._values(name, path, head["signature"], offset))

    def put(self, name: str, outputs: tuple[object, ...], preview: str) -> None:
        """Write a result soon. With too much to write it is left out: it can be made again."""
        if name in self._names:
            return
        if not self._has_writer:
            self._has_writer = True
            threading.Thread(target=self._write_all, daemon=True, name="loom-store").start()
        try:
            self._pending.put_nowait((name, outputs, preview))
        except queue.Full:
            pass

    def flush(self, timeout_s: float) -> None:
        """Wait until everything is written, or for so long."""
        done = threading.Event()

        def wait() -> None:
            self._pending.join()
            done.set()

        if self._has_writer:
            threading.Thread(target=wait, daemon=True, name="loom-flush").start()
            done.wait(timeout_s)

    def is_worth(self, spent_ns: int, size: int) -> bool:
        """Is a result of this size, that took so long to make, quicker read than made again?"""
        return spent_ns >= WORTH_NS and size <= self._limit // _LARGEST_SHARE and size < spent_ns * BYTES_PER_NS

    # Files -----------------------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name + _SUFFIX)

    def _scan(self) -> None:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX):
                    name = entry.name.removesuffix(_SUFFIX)
                    self._names[name] = entry.stat().st_size
                    self._kinds.add(name.partition("-")[0])

    def _drop(self, name: str) -> None:
        self._names.pop(name, None)
        try:
            os.remove(self._path(name))
        except OSError:
            pass  # gone already, or in use by another engine

    def _sign(self, *parts: bytes | bytearray | memoryview) -> str:
        signature = hashlib.blake2b(key=self._key, digest_size=32)
        for part in parts:
            signature.update(part)
        return signature.hexdigest()

    def _head(self, path: str) -> tuple[dict[str, Any], int]:
        """The head of a file that Loom wrote, and where the values begin. Raises `ValueError` for any other."""
        with open(path, "rb") as file:
            magic, signature = file.read(len(MAGIC)), file.read(64)
            length = int.from_bytes(file.read(8), "little")
            text = file.read(min(length, _LONGEST_HEAD)) if magic == MAGIC else b""
            offset = file.tell()
        name = os.path.basename(path).encode()
        if not hmac.compare_digest(signature, self._sign(name, text).encode()):
            raise ValueError("it was not written here")
        head: dict[str, Any] = json.loads(text)
        return head, offset

    def _values(self, name: str, path: str, signature: object, offset: int) -> tuple[object, ...]:
        try:
            with open(path, "rb") as file:
                file.seek(offset)
                data = bytearray(os.fstat(file.fileno()).st_size - offset)
                file.readinto(data)
            if not hmac.compare_digest(self._sign(data), str(signature)):
                raise ValueError("it was changed")
            values: tuple[object, ...] = pickled.read(io.BytesIO(data)).value(self._find_module)
            return values
        except (OSError, ValueError, EOFError, pickled.PickledError) as error:
            self._drop(name)
            raise ResultLost(
                f"an earlier result cannot be read any more ({error}): run again to make it anew"
            ) from error

    def _write_all(self) -> None:
        while True:
            found = self._pending.get()
            try:
                if found is not None:
                    self._write(*found)
            except (OSError, pickled.PickledError):
                pass  # what cannot be kept is made again
            finally:
                del found
                self._pending.task_done()

    def _write(self, name: str, outputs: tuple[object, ...], preview: str) -> None:
        pieces = pickled.dumps(outputs)
        size = pickled.size(pieces)
        if size > self._limit // _LARGEST_SHARE:
            return
        head = {"outputs": len(outputs), "preview": preview, "signature": self._sign(*pieces)}
        text = json.dumps(head).encode()
        path = self._path(name)
        part = f"{path}.{os.getpid()}.part"
        signature = self._sign(os.path.basename(path).encode(), text).encode()
        try:
            with open(part, "wb") as file:
                file.write(MAGIC + signature + len(text).to_bytes(8, "little") + text)
                for piece in pieces:
                    file.write(piece)
            os.replace(part, path)
        except OSError:
            _remove(part)
            raise
        with self._lock:
            self._names[name] = size
            self._kinds.add(name.partition("-")[0])
            self._make_room()

    def _make_room(self) -> None:
        """Remove what was not used for longest until a tenth of the limit is free."""
        if sum(self._names.values()) <= self._limit:
            return
        found: list[tuple[int, int, str]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX):
                    status = entry.stat()
                    found.append((status.st_mtime_ns, status.st_size, entry.name.removesuffix(_SUFFIX)))
        total = sum(size for _, size, _ in found)
        for _, size, name in sorted(found):
            if total <= self._limit - self._limit // 10:
                break
            self._drop(name)
            total -= size


def _own_key(folder: str) -> bytes:
    """The key of this folder's signatures, made when it is first needed."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, "key")
    try:
        with open(path, "rb") as file:
            key = file.read()
        if len(key) == 32:
            return key
        os.remove(path)
    except FileNotFoundError:
        pass
    part = f"{path}.{os.getpid()}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(os.urandom(32))
    try:
        os.link(part, path)  # fails where another engine was quicker
    except OSError:
        if not os.path.exists(path):
            os.replace(part, path)
    _remove(part)
    with open(path, "rb") as file:
        return file.read()


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass
