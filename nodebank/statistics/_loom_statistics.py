"""What the nodes of statistics share: numbers out of lists, arrays and columns, alone, in pairs and in groups.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def _measured(name: str, data: object, column: str = "", least: int = 1) -> np.ndarray:
    """The numbers of a list, an array or a column of a table; missing ones are left out."""
    import numpy as np

    numbers = _with_gaps(name, data, column)
    numbers = numbers[~np.isnan(numbers)]
    if len(numbers) < least:
        raise ValueError(f"{name}: {least} numbers or more were expected, there are {len(numbers)}")
    return numbers


def _varied(name: str, data: object, column: str = "", least: int = 2) -> np.ndarray:
    """The same, where not all numbers may be equal."""
    numbers = _measured(name, data, column, least)
    if (numbers == numbers[0]).all():
        raise ValueError(f"{name}: numbers that are not all the same were expected, all are {numbers[0]:g}")
    return numbers


def _with_gaps(name: str, data: object, column: str = "") -> np.ndarray:
    """The numbers of a list, an array or a column of a table; missing ones are nan."""
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        data = data[_number_column_of(data, column)]
    if isinstance(data, str | bytes | Mapping) or not hasattr(data, "__iter__"):
        raise TypeError(f"{name}: a table or a list of numbers was expected, not {type(data).__name__}")
    items = list(data.ravel()) if isinstance(data, np.ndarray) else list(data)
    for place, item in enumerate(items):
        if item is None or item is pd.NA or item is pd.NaT:
            items[place] = math.nan
        elif not isinstance(item, Real):
            raise TypeError(f"{name}: numbers were expected, item {place} is {item!r:.60}")
        elif math.isinf(item):
            raise ValueError(f"{name}: finite numbers were expected, item {place} is {item}")
    return np.array(items, dtype=float)


def _pair_of(
    first: object, second: object, columns: str = "", names: tuple[str, str] = ("first", "second")
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers that belong together: two lists, or two columns of a table. Pairs with a gap are left out."""
    import numpy as np
    import pandas as pd

    if isinstance(first, pd.DataFrame):
        wanted = [part.strip() for part in columns.split(",") if part.strip()]
        if len(wanted) != 2:
            raise ValueError(f"columns: the names of two columns of the table were expected, not {columns!r}")
        one, other = (_with_gaps("columns", first[_number_column_of(first, name, "columns")]) for name in wanted)
    else:
        one, other = _with_gaps(names[0], first), _with_gaps(names[1], second)
    if len(one) != len(other):
        raise ValueError(f"{names[1]}: {len(one)} numbers were expected, as many as in {names[0]}, not {len(other)}")
    there = ~(np.isnan(one) | np.isnan(other))
    return one[there], other[there]


def _samples_of(first: object, second: object, column: str, by: str) -> tuple[np.ndarray, np.ndarray]:
    """Two samples: two lists, or the numbers of the two groups of a table."""
    import pandas as pd

    if not isinstance(first, pd.DataFrame):
        return _measured("first", first), _measured("second", second)
    groups = _parted("first", first, column, by)
    if len(groups) != 2:
        raise ValueError(f"by: a column with two groups was expected, {by!r} has {len(groups)}: {', '.join(groups)}")
    one, other = groups.values()
    return one, other


def _parted(name: str, data: object, column: str, by: str, least: int = 2) -> dict[str, np.ndarray]:
    """Numbers by their group: of a table, of a dictionary of lists, or of a list of lists, which are counted from 1."""
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        numbers, key = _number_column_of(data, column), _column(data, "by", by)
        parts = {str(value): cells for value, cells in data.groupby(key, observed=True, sort=True)[numbers]}
    elif isinstance(data, Mapping):
        parts = {str(key): items for key, items in data.items()}
    elif isinstance(data, list | tuple):
        parts = {str(place): items for place, items in enumerate(data, start=1)}
    else:
        raise TypeError(f"{name}: a table or lists of numbers were expected, not {type(data).__name__}")
    groups = {key: _measured(f"{name}, group {key}", items, least=0) for key, items in parts.items()}
    groups = {key: numbers for key, numbers in groups.items() if len(numbers)}
    if len(groups) < least:
        raise ValueError(f"{name}: {least} groups or more with numbers were expected, there are {len(groups)}")
    return groups


def _number_column_of(table: pd.DataFrame, column: str, name: str = "column") -> object:
    """The column that is called so, which must hold numbers; without a name the only one that does."""
    import pandas as pd

    def is_number(label: object) -> bool:
        cells = table[label]
        return pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)

    if column:
        label = _column(table, name, column)
        if not is_number(label):
            raise TypeError(f"{name}: a column of numbers was expected, column {column!r} holds {table[label].dtype}")
        return label
    numeric = [label for label in table.columns.unique() if list(table.columns).count(label) == 1 and is_number(label)]
    if len(numeric) != 1:
        known = ", ".join(map(str, numeric)) or "none"
        raise ValueError(f"{name}: the name of a column of numbers was expected; those are: {known}")
    return numeric[0]


def _column(table: pd.DataFrame, name: str, column: object) -> object:
    """The column that is called so; a column called by a number is found by its text."""
    labels = list(table.columns)
    found = [label for label in labels if label == column] or [label for label in labels if str(label) == str(column)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{name}: {len(found)} columns are called {column!r}; Clean column names tells them apart")
    known = ", ".join(map(str, labels)) or "none"
    raise ValueError(f"{name}: there is no column {column!r}; the columns are: {known}")


def _check_confidence(confidence: float) -> None:
    if not 0.5 <= confidence <= 0.999:
        raise ValueError(f"confidence: 0.5 to 0.999 was expected, not {confidence}")


_ALTERNATIVES = {"different": "two-sided", "greater": "greater", "less": "less"}
"""What a test asks, in the words of its widget and in SciPy's."""
