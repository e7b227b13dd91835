"""What the nodes give: the usual, the edge, and what is refused."""

from __future__ import annotations

import doctest

import pytest
from loom_example import nodes


def test_examples_in_the_help() -> None:
    failed, attempted = doctest.testmod(nodes)
    assert attempted > 0
    assert failed == 0


def test_a_rectangle_without_height() -> None:
    assert nodes.rectangle(3, 0) == 0
    assert nodes.rectangle(3, 0, measure="outline") == 6


def test_a_negative_side_is_refused() -> None:
    with pytest.raises(ValueError, match="height must be at least 0"):
        nodes.rectangle(3, -1)
