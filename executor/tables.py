"""Pages of tables as text: pandas and polars frames and series, lists of dictionaries, small arrays.

Only the rows asked for are turned into text, so a table of millions opens at once.
"""

from __future__ import annotations

import sys

from . import hidden, images

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

MAX_CELLS = 200_000
MAX_CELL_TEXT = 1000
_ROWS_LOOKED_AT = 1000
"""Rows of a list of dictionaries that are looked at for column names."""

_last_sorted: tuple[object, object, Any] = (None, None, None)
"""The table sorted last, how, and the result: scrolling asks for many pages of it."""


def is_table(value: object) -> bool:
    """Can it be shown as a table?"""
    if _library(value) is not None:
        return True
    if isinstance(value, list):
        return bool(value) and all(isinstance(row, dict) for row in value[:100])
    shape = images.array_shape(value)
    return shape is not None and len(shape) in (1, 2) and not images.is_array(value)


def page(value: Any, start: int, count: int, sort: Sequence[Any] | None) -> dict[str, object]:
    """The `table` view of the rows from `start` on; `sort` is None or column index and whether it descends."""
    library = _library(value)
    if library is not None and type(value).__name__ == "Series":
        value = value.to_frame()
    frame: Any = value if library is not None else _Rows(value)
    if sort is not None:
        frame = _sorted(frame, value, int(sort[0]), bool(sort[1]), library)
    if library == "pandas":
        names, types = [str(name) for name in frame.columns], [str(dtype) for dtype in frame.dtypes]
    elif library == "polars":
        names, types = list(frame.columns), [str(dtype) for dtype in frame.dtypes]
    else:
        names, types = frame.names, frame.types
    start = max(0, start)
    count = max(0, min(count, MAX_CELLS // max(1, len(names))))
    if library == "pandas":
        part = frame.iloc[start : start + count]
        index = [_cell(label) for label in part.index]
        columns = [_column(part.iloc[:, i], types[i]) for i in range(len(names))]
    elif library == "polars":
        part = frame.slice(start, count)
        index = [str(i) for i in range(start, start + len(part))]
        columns = [_column(part.to_series(i), types[i]) for i in range(len(names))]
    else:
        index, columns = frame.page(start, count)
    return {
        "kind": "table",
        "rows": len(frame),
        "columns": [list(pair) for pair in zip(names, types, strict=True)],
        "index": index,
        "start": start,
        "cells": [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in index],
    }


class _Rows:
    """A list of dictionaries, or a small array, as rows and columns."""

    def __init__(self, value: Any) -> None:
        if isinstance(value, list):
            names = dict.fromkeys(name for row in value[:_ROWS_LOOKED_AT] if isinstance(row, dict) for name in row)
            self.keys = list(names)
            self.names = [str(name) for name in names]
            self.rows = value
            found = [
                next((row[k] for row in value if isinstance(row, dict) and row.get(k) is not None), None) for k in names
            ]
            self.types = [type(cell).__name__ for cell in found]
        else:
            plane = value.reshape(len(value), -1)
            self.keys = list(range(plane.shape[1]))
            self.names = [str(key) for key in self.keys] if value.ndim == 2 else ["value"]
            self.types = [str(value.dtype)] * len(self.keys)
            self.rows = plane
        self.order: Sequence[int] = range(len(self.rows))

    def __len__(self) -> int:
        return len(self.rows)

    def cell(self, row: int, key: Any) -> object:
        found = self.rows[row]
        if isinstance(found, dict):
            return found.get(key)
        return found if isinstance(self.rows, list) else found[key]

    def page(self, start: int, count: int) -> tuple[list[str], list[list[str]]]:
        rows = self.order[start : start + count]
        return [str(row) for row in rows], [[_cell(self.cell(row, key)) for row in rows] for key in self.keys]

    def sort(self, column: int, descending: bool) -> None:
        """Numbers by size, then anything else by its text; nothing comes last."""
        key = self.keys[column]
        cells = [self.cell(row, key) for row in range(len(self.rows))]
        there = [row for row in range(len(cells)) if cells[row] is not None]
        try:
            there.sort(key=lambda row: cells[row], reverse=descending)  # type: ignore[arg-type, return-value]
        except TypeError:
            there.sort(key=lambda row: str(cells[row]), reverse=descending)
        self.order = there + [row for row in range(len(cells)) if cells[row] is None]


def _library(value: object) -> str | None:
    """`pandas` or `polars` when it is a frame or series of one of them."""
    for name in ("pandas", "polars"):
        library = sys.modules.get(name)
        frame = getattr(library, "DataFrame", None)
        if frame is not None and isinstance(value, (frame, library.Series)):  # type: ignore[union-attr]
            return name
    return None


def _sorted(frame: Any, value: object, column: int, descending: bool, library: str | None) -> Any:
    global _last_sorted
    how = (column, descending)
    held_value, held_how, held = _last_sorted
    if held_value is value and held_how == how:
        return held
    if library == "pandas":
        keys = frame.iloc[:, column].reset_index(drop=True)
        try:
            order = keys.sort_values(ascending=not descending, kind="stable").index
        except TypeError:  # numbers and text in one column
            order = keys.astype(str).sort_values(ascending=not descending, kind="stable").index
        frame = frame.iloc[order]
    elif library == "polars":
        frame = frame.sort(frame.columns[column], descending=descending, nulls_last=True, maintain_order=True)
    else:
        frame.sort(column, descending)
    _last_sorted = (value, how, frame)
    return frame


def _column(series: Any, type_name: str) -> list[str]:
    if type_name.lower() in ("float32", "float16"):  # their own shortest text: as a double 0.1 is 0.10000000149
        return [_cut(str(cell)) for cell in series.to_numpy()]
    return _cells(series.to_list())


def _cells(values: Iterable[object]) -> list[str]:
    return [_cell(value) for value in values]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    try:
        return _cut(str(value))
    except Exception as error:
        return f"? {type(error).__name__}"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CELL_TEXT else hidden.head(text, MAX_CELL_TEXT) + "…"
