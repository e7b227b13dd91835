"""Lists brought together, parted and grouped; dictionaries within each other, by their paths."""

from __future__ import annotations

import math

import pytest
from node_files import call

ARRANGE, NESTED, QUERY = "lists/arrange", "lists/nested", "lists/query"
PEOPLE = {"people": [{"name": "Ada", "age": 36}, {"name": "Tim", "age": None}], "a.b": {"1": "x"}, 2: "two"}


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{ARRANGE}.zip_lists", {"first": [], "second": []}, []),
        (f"{ARRANGE}.zip_lists", {"first": [1], "second": (2,), "third": [None]}, [[1, 2, None]]),
        (f"{ARRANGE}.zip_lists", {"first": [1, 2], "second": ["a"], "unequal": "shortest"}, [[1, "a"]]),
        (f"{ARRANGE}.zip_lists", {"first": [1, 2], "second": [3], "unequal": "longest"}, [[1, 3], [2, None]]),
        (f"{ARRANGE}.unzip_list", {"items": []}, []),
        (f"{ARRANGE}.unzip_list", {"items": [[1, 2], (3, 4, 5)], "place": -1}, [2, 5]),
        (f"{ARRANGE}.transpose_lists", {"items": []}, []),
        (f"{ARRANGE}.transpose_lists", {"items": [[1], [None]]}, [[1, None]]),
        (f"{ARRANGE}.flatten_list", {"items": []}, []),
        (f"{ARRANGE}.flatten_list", {"items": ["red", [], {"a": 1}, [[b"x"], (None,)]]}, ["red", {"a": 1}, b"x", None]),
        (f"{ARRANGE}.flatten_list", {"items": [[[1]]], "levels": 1}, [[1]]),
        (f"{ARRANGE}.chunk_list", {"items": [], "size": 3}, []),
        (f"{ARRANGE}.chunk_list", {"items": [1, 2, 3], "size": 5}, [[1, 2, 3]]),
        (f"{ARRANGE}.sliding_windows", {"items": [1], "size": 2}, []),
        (f"{ARRANGE}.sliding_windows", {"items": [1, 2, 3, 4, 5], "size": 3, "step": 2}, [[1, 2, 3], [3, 4, 5]]),
        (f"{ARRANGE}.map_list", {"items": []}, []),
        (f"{ARRANGE}.map_list", {"items": [4, 9], "expression": "math.sqrt(item)"}, [2.0, 3.0]),
        (f"{ARRANGE}.map_list", {"items": ["a1"], "expression": "[c for c in item if re.match('[a-z]', c)]"}, [["a"]]),
        (f"{ARRANGE}.map_list", {"items": [{"item": 1, 2: 3}], "expression": "item['item']"}, [1]),
        (f"{ARRANGE}.filter_by_expression", {"items": [1, None, 3]}, [1, 3]),
        (f"{ARRANGE}.filter_by_expression", {"items": PEOPLE["people"], "expression": "age"}, PEOPLE["people"][:1]),
        (f"{ARRANGE}.sort_by_expression", {"items": []}, []),
        (f"{ARRANGE}.sort_by_expression", {"items": [3, None, 1]}, [1, 3, None]),
        (f"{ARRANGE}.sort_by_expression", {"items": [3, None, 1, 4], "descending": True}, [4, 3, 1, None]),
        (f"{ARRANGE}.sort_by_expression", {"items": PEOPLE["people"][::-1], "by": "age"}, PEOPLE["people"]),
        (f"{ARRANGE}.group_items", {"items": []}, {}),
        (
            f"{ARRANGE}.group_items",
            {"items": ["ox", None, "ow"], "by": "item and item[0]"},
            {"o": ["ox", "ow"], None: [None]},
        ),
        (f"{ARRANGE}.count_items", {"items": []}, {}),
        (f"{ARRANGE}.count_items", {"items": [None, "a", "a"]}, {"a": 2, None: 1}),
        (f"{NESTED}.get_by_path", {"value": PEOPLE}, PEOPLE),
        (f"{NESTED}.get_by_path", {"value": PEOPLE, "path": "people[-1].name"}, "Tim"),
        (f"{NESTED}.get_by_path", {"value": PEOPLE, "path": "['a.b'].1"}, "x"),
        (f"{NESTED}.get_by_path", {"value": PEOPLE, "path": "2"}, "two"),
        (f"{NESTED}.get_by_path", {"value": [[1, 2]], "path": "[0][1]"}, 2),
        (f"{NESTED}.get_by_path", {"value": PEOPLE, "path": "people[7].name", "otherwise": "nobody"}, "nobody"),
        (f"{NESTED}.get_by_path", {"value": PEOPLE, "path": "people[1].age"}, None),
        (f"{NESTED}.set_by_path", {"value": {}, "path": "a.b", "new": 1}, {"a": {"b": 1}}),
        (f"{NESTED}.set_by_path", {"value": [[1, 2]], "path": "[0][-1]", "new": None}, [[1, None]]),
        (f"{NESTED}.merge_deeply", {"first": {}, "second": {}}, {}),
        (
            f"{NESTED}.merge_deeply",
            {"first": {"a": {"x": 1}, "b": [1]}, "second": {"a": {"y": 2}, "b": [2]}},
            {"a": {"x": 1, "y": 2}, "b": [2]},
        ),
        (f"{NESTED}.merge_deeply", {"first": {"a": {"x": 1}}, "second": {"a": None}}, {"a": None}),
        (f"{NESTED}.pick_keys", {"dictionary": PEOPLE}, {}),
        (f"{NESTED}.pick_keys", {"dictionary": PEOPLE, "keys": "2, no", "missing_allowed": True}, {2: "two"}),
        (f"{NESTED}.omit_keys", {"dictionary": PEOPLE, "keys": "people, a.b, no"}, {2: "two"}),
        (f"{NESTED}.rename_keys", {"dictionary": {"a": 1, "b": None}, "names": "a = b\n\nb = a"}, {"b": 1, "a": None}),
        (f"{NESTED}.rename_keys", {"dictionary": {}, "names": ""}, {}),
        (f"{NESTED}.invert_dictionary", {"dictionary": {}}, {}),
        (f"{NESTED}.invert_dictionary", {"dictionary": {"a": None}}, {None: "a"}),
        (f"{QUERY}.query_data", {"value": PEOPLE, "query": "people[*].name"}, ["Ada", "Tim"]),
        (f"{QUERY}.query_data", {"value": [], "query": "length(@)"}, 0),
        (f"{QUERY}.query_data", {"value": None, "query": "a.b"}, None),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    result = call(node, arguments)
    assert result == expected and type(result) is type(expected)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{ARRANGE}.zip_lists", {"first": [1], "second": []}, ValueError, "second: lists of equal .* 1 and 0 items"),
        (f"{ARRANGE}.zip_lists", {"first": "ab", "second": []}, TypeError, "first: a list was expected, not str"),
        (f"{ARRANGE}.unzip_list", {"items": [[1], []]}, IndexError, "place: item 1 is a list of 0 items"),
        (f"{ARRANGE}.unzip_list", {"items": [1]}, TypeError, "items, item 0: a list was expected, not int"),
        (f"{ARRANGE}.transpose_lists", {"items": [[1], []]}, ValueError, "items: lists of 1 items.*item 1 has 0"),
        (f"{ARRANGE}.flatten_list", {"items": None}, TypeError, "items: a list was expected"),
        (f"{ARRANGE}.flatten_list", {"items": [], "levels": -1}, ValueError, "levels: 0 or more"),
        (f"{ARRANGE}.chunk_list", {"items": [1], "size": 0}, ValueError, "size: 1 or more was expected, not 0"),
        (f"{ARRANGE}.sliding_windows", {"items": [1], "step": 0}, ValueError, "step: 1 or more was expected, not 0"),
        (f"{ARRANGE}.map_list", {"items": [1], "expression": " "}, ValueError, "expression: an expression such as"),
        (f"{ARRANGE}.map_list", {"items": [1], "expression": "item +"}, ValueError, "expression: an expression of Pyt"),
        (f"{ARRANGE}.map_list", {"items": [1, 0], "expression": "1 / item"}, ValueError, "item 1 .0.: ZeroDivision"),
        (f"{ARRANGE}.filter_by_expression", {"items": [{}], "expression": "age"}, ValueError, "NameError: name 'age'"),
        (f"{ARRANGE}.sort_by_expression", {"items": [1, "a"]}, TypeError, "by: values of one kind"),
        (f"{ARRANGE}.group_items", {"items": [[1]]}, TypeError, "by: texts and numbers were expected, item 0 gives"),
        (f"{ARRANGE}.count_items", {"items": [[1]]}, TypeError, "items: texts and numbers"),
        (f"{ARRANGE}.count_items", {"items": 3}, TypeError, "items: a list was expected, not int"),
        (
            f"{NESTED}.get_by_path",
            {"value": PEOPLE, "path": "people[9]"},
            KeyError,
            "no 9 in people; it is a list of 2",
        ),
        (
            f"{NESTED}.get_by_path",
            {"value": {"a": 1}, "path": "b"},
            KeyError,
            "no 'b' at the beginning; the keys are: a",
        ),
        (f"{NESTED}.get_by_path", {"value": {"a": 1}, "path": "a.b"}, KeyError, "in a; it is a value of type int"),
        (f"{NESTED}.get_by_path", {"value": {}, "path": "a..b"}, ValueError, "path: a path such as"),
        (f"{NESTED}.get_by_path", {"value": {}, "path": "a[x]"}, ValueError, "path: a path such as"),
        (f"{NESTED}.get_by_path", {"value": {}, "path": "a[0]b"}, ValueError, "path: a path such as"),
        (f"{NESTED}.set_by_path", {"value": {}, "path": "", "new": 1}, ValueError, "path: .* this is empty"),
        (f"{NESTED}.set_by_path", {"value": {"a": 1}, "path": "a.b", "new": 1}, TypeError, "expected in a, not int"),
        (f"{NESTED}.set_by_path", {"value": [1], "path": "[1]", "new": 1}, IndexError, "no place 1 at the beginning"),
        (
            f"{NESTED}.merge_deeply",
            {"first": {}, "second": []},
            TypeError,
            "second: a dictionary was expected, not list",
        ),
        (f"{NESTED}.pick_keys", {"dictionary": {"a": 1}, "keys": "b"}, KeyError, "keys: there is no key 'b'.*are: a"),
        (f"{NESTED}.omit_keys", {"dictionary": 1}, TypeError, "dictionary: a dictionary was expected"),
        (f"{NESTED}.rename_keys", {"dictionary": {"a": 1}, "names": "a"}, ValueError, "names: .* in line 1"),
        (f"{NESTED}.rename_keys", {"dictionary": {"a": 1}}, KeyError, "names: there is no key 'old'"),
        (f"{NESTED}.rename_keys", {"dictionary": {"a": 1, "b": 2}, "names": "a = b"}, ValueError, "names: different"),
        (f"{NESTED}.invert_dictionary", {"dictionary": {"a": 1, "b": 1}}, ValueError, "'a' and 'b' both have 1"),
        (f"{NESTED}.invert_dictionary", {"dictionary": {"a": []}}, TypeError, "dictionary: texts and numbers"),
        (f"{QUERY}.query_data", {"value": {}, "query": ""}, ValueError, "query: a JMESPath expression"),
        (f"{QUERY}.query_data", {"value": {}, "query": "a[?"}, ValueError, "query: not what JMESPath can compute"),
        (f"{QUERY}.query_data", {"value": {}, "query": "sum('a')"}, ValueError, "query: not what JMESPath can compute"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)


def test_numbers_that_are_missing_come_last() -> None:
    *present, last = call(f"{ARRANGE}.sort_by_expression", {"items": [2.0, math.nan, 1.0]})
    assert present == [1.0, 2.0] and math.isnan(last)


def test_a_list_that_holds_itself_is_told() -> None:
    round_list: list[object] = []
    round_list.append(round_list)
    with pytest.raises(ValueError, match="does a list hold itself"):
        call(f"{ARRANGE}.flatten_list", {"items": round_list})


def test_arrays_are_lists_too() -> None:
    import numpy as np

    assert call(f"{ARRANGE}.chunk_list", {"items": np.arange(3)}) == [[0, 1], [2]]
    assert call(f"{ARRANGE}.transpose_lists", {"items": np.arange(4).reshape(2, 2)}) == [[0, 2], [1, 3]]
    assert call(f"{ARRANGE}.flatten_list", {"items": [np.arange(2), 5]}) == [0, 1, 5]
