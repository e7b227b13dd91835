"""Lists and dictionaries: made, taken apart, ordered, filtered, reduced."""

from __future__ import annotations

import math

import pytest
from node_files import call

ITEMS, DICTS = "lists/items", "lists/dictionaries"
NAMES = ["a", "b", "c", "d"]
ADA = {"name": "Ada", "age": 36}


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{ITEMS}.make_list", {"item_1": 3, "item_3": "red"}, [3, "red"]),
        (f"{ITEMS}.make_list", {"item_1": 0, "item_2": False, "item_6": ""}, [0, False, ""]),
        (f"{ITEMS}.make_list", {}, []),
        (f"{ITEMS}.list_from_text", {"text": "1\n\n 2.5 \nred"}, [1, 2.5, "red"]),
        (f"{ITEMS}.list_from_text", {"text": "1\n2", "numbers": False}, ["1", "2"]),
        (f"{ITEMS}.number_range", {"stop": 3}, [0, 1, 2]),
        (f"{ITEMS}.number_range", {"start": 0, "stop": 1, "step": 0.25}, [0, 0.25, 0.5, 0.75]),
        (f"{ITEMS}.number_range", {"start": 0, "stop": 0.3, "step": 0.1}, [0, 0.1, 0.2]),
        (f"{ITEMS}.number_range", {"start": 3, "stop": 0, "step": -1}, [3, 2, 1]),
        (f"{ITEMS}.number_range", {"start": 3, "stop": 0}, []),
        (f"{ITEMS}.evenly_spaced", {"count": 3}, [0, 0.5, 1]),
        (f"{ITEMS}.evenly_spaced", {"start": 0.1, "stop": 0.7, "count": 2}, [0.1, 0.7]),
        (f"{ITEMS}.repeat_item", {"item": 0, "count": 3}, [0, 0, 0]),
        (f"{ITEMS}.repeat_item", {"item": 0, "count": 0}, []),
        (f"{ITEMS}.length", {"items": NAMES}, 4),
        (f"{ITEMS}.length", {"items": []}, 0),
        (f"{ITEMS}.get_item", {"items": NAMES, "index": 1}, "b"),
        (f"{ITEMS}.get_item", {"items": NAMES, "index": -1}, "d"),
        (f"{ITEMS}.slice_list", {"items": NAMES, "start": 1, "stop": 3}, ["b", "c"]),
        (f"{ITEMS}.slice_list", {"items": NAMES, "step": 2}, ["a", "c"]),
        (f"{ITEMS}.slice_list", {"items": NAMES, "step": -1}, ["d", "c", "b", "a"]),
        (f"{ITEMS}.slice_list", {"items": NAMES, "start": 2, "step": -1}, ["c", "b", "a"]),
        (f"{ITEMS}.slice_list", {"items": NAMES, "start": -2}, ["c", "d"]),
        (f"{ITEMS}.sort_list", {"items": [3, 1.5, 2]}, [1.5, 2, 3]),
        (f"{ITEMS}.sort_list", {"items": NAMES, "descending": True}, ["d", "c", "b", "a"]),
        (f"{ITEMS}.reverse_list", {"items": (1, 2, 3)}, [3, 2, 1]),
        (f"{ITEMS}.filter_list", {"items": [1, 2, 3], "value": 2}, [2, 3]),
        (f"{ITEMS}.filter_list", {"items": [1, 2], "operator": "==", "value": 2}, [2]),
        (f"{ITEMS}.filter_list", {"items": [1, 2], "operator": "!=", "value": 2}, [1]),
        (f"{ITEMS}.filter_list", {"items": [1, 2], "operator": "<", "value": 2}, [1]),
        (f"{ITEMS}.filter_list", {"items": [1, 2], "operator": "<=", "value": 1}, [1]),
        (f"{ITEMS}.filter_list", {"items": [1, 2], "operator": ">", "value": 1}, [2]),
        (f"{ITEMS}.filter_list", {"items": ["Ada", "Bo"], "operator": "contains", "value": "d"}, ["Ada"]),
        (f"{ITEMS}.filter_list", {"items": [[1], [2]], "operator": "contains", "value": 2}, [[2]]),
        (f"{ITEMS}.filter_list", {"items": ["", 0, None, math.nan, [], "x"], "operator": "is not empty"}, [0, "x"]),
        (f"{ITEMS}.unique_items", {"items": [2, 1, 2]}, [2, 1]),
        (f"{ITEMS}.unique_items", {"items": [[1], [1], {}]}, [[1], {}]),
        (f"{ITEMS}.join_lists", {"first": [1], "second": (2, 3)}, [1, 2, 3]),
        (f"{ITEMS}.join_lists", {"first": [1], "second": [], "third": [4]}, [1, 4]),
        (f"{ITEMS}.list_contains", {"items": NAMES, "value": "b"}, True),
        (f"{ITEMS}.list_contains", {"items": NAMES, "value": "x"}, False),
        (f"{ITEMS}.sum_list", {"items": [1, 2, 3]}, 6),
        (f"{ITEMS}.sum_list", {"items": [0.1] * 10}, 1.0),
        (f"{ITEMS}.sum_list", {"items": []}, 0),
        (f"{DICTS}.make_dictionary", {"keys": ["name", "age"], "values": ["Ada", 36]}, ADA),
        (f"{DICTS}.make_dictionary", {"keys": [], "values": []}, {}),
        (f"{DICTS}.dictionary_from_text", {"text": "name = Ada\n\nsum=1=1"}, {"name": "Ada", "sum": "1=1"}),
        (f"{DICTS}.get_value", {"dictionary": ADA, "key": "age"}, 36),
        (f"{DICTS}.get_value", {"dictionary": {}, "key": "age", "otherwise": 0}, 0),
        (f"{DICTS}.set_value", {"dictionary": {"age": 36}, "key": "age", "value": 37}, {"age": 37}),
        (f"{DICTS}.set_value", {"dictionary": {}, "key": "a", "value": None}, {"a": None}),
        (f"{DICTS}.remove_key", {"dictionary": ADA, "key": "age"}, {"name": "Ada"}),
        (f"{DICTS}.remove_key", {"dictionary": ADA, "key": "x"}, ADA),
        (f"{DICTS}.dictionary_keys", {"dictionary": ADA}, ["name", "age"]),
        (f"{DICTS}.dictionary_values", {"dictionary": ADA}, ["Ada", 36]),
        (f"{DICTS}.merge_dictionaries", {"first": {"a": 1, "b": 2}, "second": {"b": 3}}, {"a": 1, "b": 3}),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    result = call(node, arguments)
    assert type(result) is type(expected)
    floats = isinstance(result, list) and any(isinstance(item, float) for item in result)
    assert result == (pytest.approx(expected) if floats else expected)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{ITEMS}.number_range", {"step": 0}, ValueError, "step: a step that is not 0"),
        (f"{ITEMS}.number_range", {"stop": 1e12}, ValueError, "step: at most 10,000,000 numbers"),
        (f"{ITEMS}.evenly_spaced", {"count": 1}, ValueError, "count: 2 to"),
        (f"{ITEMS}.repeat_item", {"item": 0, "count": -1}, ValueError, "count: 0 to"),
        (f"{ITEMS}.length", {"items": "abc"}, TypeError, "items: a list was expected, not str"),
        (f"{ITEMS}.get_item", {"items": NAMES, "index": 4}, IndexError, "index: -4 to 3 was expected, not 4"),
        (f"{ITEMS}.get_item", {"items": []}, IndexError, "items: a list with at least one item"),
        (f"{ITEMS}.slice_list", {"items": NAMES, "step": 0}, ValueError, "step: a step other than 0"),
        (f"{ITEMS}.sort_list", {"items": [1, "a"]}, TypeError, "items: values of one kind"),
        (f"{ITEMS}.reverse_list", {"items": 5}, TypeError, "items: a list was expected, not int"),
        (f"{ITEMS}.filter_list", {"items": [1, "a"], "value": 1}, TypeError, "value: item 1 .'a'. cannot be compared"),
        (f"{ITEMS}.unique_items", {"items": {"a": 1}}, TypeError, "items: a list was expected, not dict"),
        (f"{ITEMS}.join_lists", {"first": [1], "second": None}, TypeError, "second: a list"),
        (f"{ITEMS}.list_contains", {"items": 3, "value": 3}, TypeError, "items: a list"),
        (f"{ITEMS}.sum_list", {"items": [1, "2"]}, TypeError, "items: numbers were expected, item 1 is '2'"),
        (f"{DICTS}.make_dictionary", {"keys": ["a"], "values": []}, ValueError, "values: 1 values were expected"),
        (f"{DICTS}.make_dictionary", {"keys": [[]], "values": [1]}, TypeError, "keys: texts and numbers"),
        (f"{DICTS}.dictionary_from_text", {"text": "a=1\nb"}, ValueError, "text: .* in line 2, not 'b'"),
        (f"{DICTS}.dictionary_from_text", {"text": "", "separator": ""}, ValueError, "separator: at least one"),
        (
            f"{DICTS}.get_value",
            {"dictionary": ADA, "key": "x"},
            KeyError,
            "key: there is no key 'x'; the keys are: name, age",
        ),
        (f"{DICTS}.set_value", {"dictionary": [1], "key": 0, "value": 1}, TypeError, "dictionary: a dictionary"),
        (f"{DICTS}.remove_key", {"dictionary": None, "key": 0}, TypeError, "dictionary: a dictionary"),
        (f"{DICTS}.dictionary_keys", {"dictionary": "x"}, TypeError, "dictionary: a dictionary"),
        (f"{DICTS}.dictionary_values", {"dictionary": 3}, TypeError, "dictionary: a dictionary"),
        (f"{DICTS}.merge_dictionaries", {"first": {}, "second": []}, TypeError, "second: a dictionary"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)


def test_arrays_and_columns_are_lists_too() -> None:
    import numpy as np
    import pandas as pd

    assert call(f"{ITEMS}.sum_list", {"items": np.array([1, 2])}) == 3
    assert call(f"{ITEMS}.get_item", {"items": pd.Series([5, 6]), "index": 1}) == 6
    assert call(f"{ITEMS}.length", {"items": range(7)}) == 7
    with pytest.raises(TypeError, match="items: a list"):
        call(f"{ITEMS}.length", {"items": np.array(3)})


def test_results_share_nothing_with_their_inputs() -> None:
    items = [1, 2]
    for node in ("reverse_list", "sort_list", "unique_items", "slice_list"):
        result = call(f"{ITEMS}.{node}", {"items": items})
        assert result is not items, node
