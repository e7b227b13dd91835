"""Text: joining, parting, changing, and questions with and without patterns."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from node_files import call

C, F = "text/change", "text/find"


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{C}.combine_texts", {"first": "Ada", "second": "Lovelace", "separator": " "}, "Ada Lovelace"),
        (f"{C}.combine_texts", {}, ""),
        (f"{C}.combine_texts", {"first": PurePosixPath("a/b"), "second": ".txt"}, "a/b.txt"),
        (f"{C}.join_texts", {"texts": ["red", 2, None]}, "red, 2, None"),
        (f"{C}.join_texts", {"texts": [], "separator": "-"}, ""),
        (f"{C}.split_text", {"text": "red, blue"}, ["red", "blue"]),
        (f"{C}.split_text", {"text": "red, blue", "trim": False}, ["red", " blue"]),
        (f"{C}.split_text", {"text": "  one \n two", "separator": ""}, ["one", "two"]),
        (f"{C}.split_lines", {"text": "a\r\n\nb"}, ["a", "b"]),
        (f"{C}.split_lines", {"text": "a\n\nb", "skip_empty": False}, ["a", "", "b"]),
        (f"{C}.replace_text", {"text": "a-b-c", "find": "-", "replacement": "+"}, "a+b+c"),
        (f"{C}.replace_text", {"text": "abc", "find": "b"}, "ac"),
        (f"{C}.change_case", {"text": "ada"}, "ADA"),
        (f"{C}.change_case", {"text": "ada lovelace", "case": "Title"}, "Ada Lovelace"),
        (f"{C}.change_case", {"text": "ADA Lovelace", "case": "Sentence"}, "Ada lovelace"),
        (f"{C}.change_case", {"text": "Ada", "case": "sWAP"}, "aDA"),
        (f"{C}.change_case", {"text": "ÄÖ", "case": "lower"}, "äö"),
        (f"{C}.trim_text", {"text": "  Ada \n"}, "Ada"),
        (f"{C}.trim_text", {"text": "--a-", "side": "start", "characters": "-"}, "a-"),
        (f"{C}.pad_text", {"text": "7", "width": 3, "fill": "0"}, "007"),
        (f"{C}.pad_text", {"text": "long", "width": 2}, "long"),
        (f"{C}.pad_text", {"text": "x", "width": 3, "side": "both"}, " x "),
        (f"{C}.part_of_text", {"text": "Lovelace", "start": 0, "length": 4}, "Love"),
        (f"{C}.part_of_text", {"text": "Lovelace", "start": -4}, "lace"),
        (f"{C}.part_of_text", {"text": "ab", "start": 9, "length": 2}, ""),
        (f"{C}.repeat_text", {"text": "ha", "count": 3}, "hahaha"),
        (f"{C}.repeat_text", {"text": "a", "count": 2, "separator": "-"}, "a-a"),
        (f"{C}.repeat_text", {"text": "a", "count": 0}, ""),
        (f"{C}.format_text", {"template": "{a} costs {b:.2f}", "a": "Tea", "b": 1.5}, "Tea costs 1.50"),
        (f"{C}.format_text", {"template": "{{}} {a:,}", "a": 1234567}, "{} 1,234,567"),
        (f"{C}.to_text", {"value": [1, 2]}, "[1, 2]"),
        (f"{C}.to_text", {"value": 3.14159, "decimals": 2}, "3.14"),
        (f"{C}.text_to_number", {"text": " 1,250.5 "}, 1250.5),
        (f"{C}.text_to_number", {"text": "1.250,5", "decimal": ","}, 1250.5),
        (f"{C}.text_to_number", {"text": "-3e2"}, -300.0),
        (f"{C}.text_to_number", {"text": "42"}, 42),
        (f"{F}.text_length", {"text": "Ada Lovelace"}, 12),
        (f"{F}.text_length", {"text": "Ada  Lovelace", "count": "words"}, 2),
        (f"{F}.text_length", {"text": "", "count": "lines"}, 0),
        (f"{F}.text_contains", {"text": "Lovelace", "find": "love"}, False),
        (f"{F}.text_contains", {"text": "Lovelace", "find": "love", "ignore_case": True}, True),
        (f"{F}.text_contains", {"text": "Lovelace", "find": "lace", "where": "at the end"}, True),
        (f"{F}.text_contains", {"text": "Lovelace", "find": "lace", "where": "at the start"}, False),
        (
            f"{F}.text_contains",
            {"text": "STRASSE", "find": "straße", "where": "as the whole", "ignore_case": True},
            True,
        ),
        (f"{F}.find_in_text", {"text": "Lovelace", "find": "l"}, 4),
        (f"{F}.find_in_text", {"text": "banana", "find": "a", "last": True}, 5),
        (f"{F}.find_in_text", {"text": "banana", "find": "x"}, -1),
        (f"{F}.count_in_text", {"text": "banana", "find": "a"}, 3),
        (f"{F}.find_pattern", {"text": "3 red, 12 blue", "pattern": "[0-9]+"}, ["3", "12"]),
        (f"{F}.find_pattern", {"text": "a=1 b=2", "pattern": r"\w=(\d)"}, ["1", "2"]),
        (f"{F}.find_pattern", {"text": "a=1", "pattern": r"(\w)=(\d)"}, ["a=1"]),
        (f"{F}.find_pattern", {"text": "", "pattern": "x"}, []),
        (f"{F}.replace_pattern", {"text": "room 12", "pattern": "[0-9]", "replacement": "#"}, "room ##"),
        (f"{F}.replace_pattern", {"text": "a-b", "pattern": "(.)-(.)", "replacement": r"\2-\1"}, "b-a"),
        (f"{F}.fits_pattern", {"text": "on 2026-05-03", "pattern": "[0-9]{4}-[0-9]{2}"}, True),
        (f"{F}.fits_pattern", {"text": "on 2026", "pattern": "[0-9]{4}", "whole": True}, False),
        (f"{F}.fits_pattern", {"text": "ADA", "pattern": "ada", "ignore_case": True}, True),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    result = call(node, arguments)
    assert result == expected and type(result) is type(expected)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{C}.combine_texts", {"second": 3}, TypeError, "second: a text was expected, not int"),
        (f"{C}.join_texts", {"texts": "abc"}, TypeError, "texts: a list was expected, not str"),
        (f"{C}.split_text", {"text": 5}, TypeError, "text: a text"),
        (f"{C}.split_lines", {"text": None}, TypeError, "text: a text"),
        (f"{C}.replace_text", {"text": "a"}, ValueError, "find: a text to look for"),
        (f"{C}.change_case", {"text": 5}, TypeError, "text: a text"),
        (f"{C}.trim_text", {"text": 5}, TypeError, "text: a text"),
        (f"{C}.pad_text", {"text": "a", "fill": "ab"}, ValueError, "fill: one character"),
        (f"{C}.part_of_text", {"text": "a", "length": -1}, ValueError, "length: 0 or more"),
        (f"{C}.repeat_text", {"text": "a", "count": -1}, ValueError, "count: 0 or more"),
        (f"{C}.repeat_text", {"text": "a" * 1000, "count": 10**6}, ValueError, "count: 0 or more"),
        (f"{C}.format_text", {"template": "{e}"}, ValueError, "template: the places"),
        (f"{C}.format_text", {"template": "{}"}, ValueError, "template: the places"),
        (f"{C}.format_text", {"template": "{a:.2f}", "a": "x"}, ValueError, "template: .* does not fit the values"),
        (f"{C}.format_text", {"template": "{a"}, ValueError, "template: .* does not fit"),
        (f"{C}.to_text", {"value": "x", "decimals": 2}, TypeError, "value: a number was expected"),
        (f"{C}.text_to_number", {"text": "twelve"}, ValueError, "text: a number such as 1.5"),
        (f"{C}.text_to_number", {"text": ""}, ValueError, "text: a number"),
        (f"{F}.text_length", {"text": ["a"]}, TypeError, "text: a text was expected, not list"),
        (f"{F}.text_contains", {"text": "a", "find": 1}, TypeError, "find: a text"),
        (f"{F}.find_in_text", {"text": 1}, TypeError, "text: a text"),
        (f"{F}.count_in_text", {"text": "a", "find": ""}, ValueError, "find: a text to look for"),
        (f"{F}.find_pattern", {"text": "a", "pattern": "("}, ValueError, "pattern: not a regular expression"),
        (f"{F}.replace_pattern", {"text": "a", "pattern": "a", "replacement": r"\1"}, ValueError, "replacement: "),
        (f"{F}.fits_pattern", {"text": "a", "pattern": "["}, ValueError, "pattern: not a regular expression"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)
