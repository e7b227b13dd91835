"""Nodes that choose: only the branch that is chosen runs."""

from __future__ import annotations

import pytest
from looping import add, ports, text, value

CHOICES = """
    def pick(which: bool, a=None, b=None, c=None):
        if isinstance(which, bool):
            return a if which else b
        return [a, b, c][which] if isinstance(which, int) else a or b or c

    def truth(v):
        return v > 0

    def number(v):
        print("called", v)
        return v

    def fails(v):
        raise ValueError("not wanted")

    def both(a, b):
        return (a, b)
"""


@pytest.fixture
def choices(runs):
    path = runs.file("choices.py", CHOICES)
    runs.by_name = {name: runs.kind(path, name, ports) for name, ports in {
        "truth": "v", "number": "v", "fails": "v", "both": "a b",
    }.items()}  # fmt: skip
    runs.by_name["pick"] = runs.kind(path, "pick", "which:any a b c", chooses="which")
    return runs


def unused(result) -> dict[int, int]:
    return {event["node"]: event["cause"] for event in result.of("node_skipped") if event.get("unused")}


@pytest.mark.parametrize(("which", "expected"), [(True, "1"), (False, "2"), (0, "1"), (2, "3"), ("c", "3")])
def test_only_the_branch_that_is_chosen_runs(choices, which: object, expected: str) -> None:
    branches = [add(choices, "number", {"v": v}) for v in (1, 2, 3)]
    before = add(choices, "number", {"v": 9})
    choices.nodes[branches[1] - 1][3] = {}
    pick = add(choices, "pick", {"which": which}, a=branches[0], b=branches[1], c=branches[2])
    result = choices.run()
    assert text(result, pick) == expected
    chosen = branches[int(expected) - 1]
    assert unused(result) == {node: pick for node in branches if node != chosen}
    assert result.counts == ("ok", 3, 0, 0, 2)
    assert before in result.outputs
    again = choices.run()
    assert again.counts == ("ok", 0, 3, 0, 2)


def test_a_choice_that_is_computed_waits_for_it_and_a_shared_branch_runs_anyway(choices) -> None:
    truth = add(choices, "truth", {"v": -1})
    deep = add(choices, "number", {"v": 1})
    left = add(choices, "both", {"b": 0}, a=deep)
    right = add(choices, "number", {"v": 2})
    shared = add(choices, "both", {"b": 0}, a=left)
    pick = add(choices, "pick", {}, which=truth, a=left, b=right)
    result = choices.run()
    assert text(result, pick) == "2"
    assert unused(result) == {}
    assert shared in result.outputs
    only = choices.run(targets=[pick])
    assert only.counts == ("ok", 0, 5, 0, 0)


def test_a_failure_in_a_branch_counts_only_where_it_is_chosen(choices) -> None:
    bad = add(choices, "fails", {"v": 1})
    also = add(choices, "number", {}, v=bad)
    good = add(choices, "number", {"v": 2})
    pick = add(choices, "pick", {"which": False}, a=bad, b=good)
    after = add(choices, "number", {}, v=pick)
    result = choices.run()
    assert result.counts == ("failed", 3, 0, 1, 1)
    assert text(result, after) == "2"
    choices.nodes[pick - 1][2] = {"which": True}
    result = choices.run(revision=2, nodes=[choices.nodes[pick - 1]])
    assert {event["node"]: event["cause"] for event in result.of("node_skipped")} == {also: bad, pick: bad, after: bad}


def test_choices_in_choices_and_blocked_branches(choices) -> None:
    one, two, three = (add(choices, "number", {"v": v}) for v in (1, 2, 3))
    inner = add(choices, "pick", {"which": True}, a=two, b=three)
    outer = add(choices, "pick", {"which": False}, a=one, b=inner)
    result = choices.run(blocked=[[one, "gone"], [three, "gone"]])
    assert text(result, outer) == "2"
    assert result.counts == ("ok", 3, 0, 0, 2)
    choices.nodes[outer - 1][2] = {"which": True}
    result = choices.run(revision=2, nodes=[choices.nodes[outer - 1]], blocked=[[one, "gone"]])
    assert result.errors[one]["message"] == "gone"
    assert {event["node"]: event["cause"] for event in result.of("node_skipped")}[outer] == one


def test_what_chooses_nothing_says_what_was_expected(choices) -> None:
    pick = add(choices, "pick", {"which": 7, "a": 1})
    message = choices.run().errors[pick]["message"]
    assert message.startswith("the input 'which' chooses which input is passed on: true or false, a number from 0 to 2")


def test_in_a_loop_each_item_chooses(choices) -> None:
    kind = ports(choices, "v")
    entry, truth, positive, negative, pick, leave = 1, 2, 3, 4, 5, 6
    choices.node(kind, {"v": [1, -1, 2]})
    choices.nodes[-1].append({"in": leave})
    add(choices, "truth", {}, inside=leave, v=entry)
    add(choices, "number", {}, inside=leave, v=entry)
    add(choices, "fails", {}, inside=leave, v=entry)
    add(choices, "pick", {}, inside=leave, which=truth, a=positive, b=entry)
    choices.nodes[pick - 1][3]["c"] = [negative, 0]
    choices.node(kind, {}, v=pick)
    choices.nodes[-1].append({"loop": {"entry": entry, "map": ["v"]}})
    result = choices.run()
    assert result.counts == ("ok", 6, 0, 0, 0)
    assert value(choices, leave) == "[1, -1, 2]"
    assert result.log(positive) == ["called 1", "called 2"]
