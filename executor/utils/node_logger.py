"""The first Loom's logging calls, on top of `loom.log`: for its nodes only, new nodes use `loom` or `print`."""

from __future__ import annotations

import loom


def log_print(*values: object) -> None:
    """Write a line to the node's log."""
    loom.log(*values)


def log_warning(*values: object) -> None:
    """Write a warning to the node's log."""
    loom.warning(*values)


def log_error(*values: object) -> None:
    """Write an error to the node's log; the node goes on."""
    loom.error(*values)
