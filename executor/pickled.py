"""A value as bytes for another process or for the disk, and back: pickle, with big buffers beside it uncopied.

Only for bytes that the engine itself has written (`store.py` proves it by a signature; the pipes of `processes.py`
are private): reading a pickle runs whatever it says.
"""

from __future__ import annotations

import io
import pickle
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

_HEAD = struct.Struct("<II")
_LENGTH = struct.Struct("<Q")


class PickledError(Exception):
    """A value cannot be written, or not be read again; the message says which and why."""


def dumps(value: object) -> list[memoryview | bytes]:
    """The pieces to write one after the other. Raises `PickledError`."""
    buffers: list[memoryview] = []

    def out_of_band(buffer: pickle.PickleBuffer) -> bool:
        try:
            buffers.append(buffer.raw())
        except BufferError:  # not contiguous: it stays in the pickle
            return True
        return False

    try:
        body = pickle.dumps(value, 5, buffer_callback=out_of_band)
    except BaseException as error:  # whatever a value's own code raises
        raise PickledError(f"{type(value).__name__} cannot be pickled: {type(error).__name__}: {error}") from error
    lengths = b"".join(_LENGTH.pack(buffer.nbytes) for buffer in buffers)
    return [_HEAD.pack(len(buffers), 0) + _LENGTH.pack(len(body)) + lengths, body, *buffers]


def size(pieces: list[memoryview | bytes]) -> int:
    """Bytes of all pieces."""
    return sum(memoryview(piece).nbytes for piece in pieces)


class Raw:
    """What was written, before it is made a value again."""

    def __init__(self, body: bytearray, buffers: list[bytearray]) -> None:
        self._body = body
        self._buffers = buffers

    def value(self, find_module: Callable[[str], None]) -> Any:
        """The value; `find_module` loads a node file by its module's name. Raises `PickledError`."""
        try:
            return _Unpickler(self._body, self._buffers, find_module).load()
        except Exception as error:
            raise PickledError(f"a value cannot be read again: {type(error).__name__}: {error}") from error


def read(stream: BinaryIO) -> Raw:
    """Read what `dumps` gave. Raises `EOFError` when the stream ends before that does."""
    count, _ = _HEAD.unpack(_exactly(stream, _HEAD.size))
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    lengths = [_LENGTH.unpack(_exactly(stream, _LENGTH.size))[0] for _ in range(count)]
    body = _exactly(stream, length)
    return Raw(body, [_exactly(stream, each) for each in lengths])


def write(stream: BinaryIO, pieces: list[memoryview | bytes]) -> None:
    """Write what `dumps` gave."""
    for piece in pieces:
        stream.write(piece)
    stream.flush()


class _Unpickler(pickle.Unpickler):
    """Finds classes of node files, which are modules that no import would find."""

    def __init__(self, body: bytearray, buffers: list[bytearray], find_module: Callable[[str], None]) -> None:
        super().__init__(io.BytesIO(body), buffers=buffers)
        self._find_module = find_module

    def find_class(self, module: str, name: str) -> object:
        if module.startswith("loom_node_"):
            self._find_module(module)
        return super().find_class(module, name)


def _exactly(stream: BinaryIO, length: int) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        count = stream.readinto(view)  # type: ignore[attr-defined]
        if not count:
            raise EOFError("it ends too early")
        view = view[count:]
    return data
