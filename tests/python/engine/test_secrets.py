"""Secrets: given by name, never told, never on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor import hidden

CANARY = "canary-7f3a\"\\'é ü"

SOURCE = """
    import subprocess
    import sys
    import time

    import loom

    def ask(key: loom.Secret, add: str = ""):
        time.sleep(0.05)
        print("key is", key)
        print({"key": key}, [key])
        loom.log(key)
        sys.stderr.write(key[:4])
        sys.stderr.write(key[4:] + "\\n")
        loom.progress(1, 2, "with " + key)
        return key + add

    def rows(text):
        time.sleep(0.05)
        return [{"key": text, str(text): 1}]

    def shown(text):
        time.sleep(0.05)
        return {"a": text, "long": "x" * 1010 + str(text)}

    def fails(key: loom.Secret):
        raise ValueError(f"not accepted: {key!r}")

    def fails_each(key: loom.Secret, add):
        raise ValueError(f"not accepted: {key!r}")

    def counts(key: loom.Secret):
        return len(key)

    def big(key: loom.Secret):
        return ("." + key) * 200_000
"""


@pytest.fixture
def graph(runs):
    path = runs.file("ask.py", SOURCE)
    runs.ask = runs.kind(path, "ask", "key:secret add:text")
    runs.rows = runs.kind(path, "rows", "text")
    runs.shown = runs.kind(path, "shown", "text")
    runs.fails = runs.kind(path, "fails", "key:secret")
    runs.counts = runs.kind(path, "counts", "key:secret")
    runs.big = runs.kind(path, "big", "key:secret")
    return runs


def give(runs, **secrets: str) -> None:
    runs.start().send(type="secrets", secrets=secrets)


def forms(secret: str = CANARY) -> list[str]:
    import json

    return [secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]


def assert_untold(told: object) -> None:
    text = str(told) + repr(told)
    assert not [form for form in forms() if form in text]
    assert "canary" not in text


def test_a_node_gets_the_secret_and_nobody_sees_it(graph) -> None:
    give(graph, openai=CANARY)
    ask = graph.node(graph.ask, {"key": {"secret": "openai"}, "add": "!"})
    rows, shown = graph.node(graph.rows, text=ask), graph.node(graph.shown, text=ask)
    counts = graph.node(graph.counts, {"key": {"secret": "openai"}})
    result = graph.run()
    assert result.counts[0] == "ok"
    assert result.outputs[counts] == [["int", str(len(CANARY))]]
    assert result.outputs[ask] == [["text", "[secret]!"]]
    assert "key is [secret]" in result.log(ask)
    engine = graph.engine
    views = [engine.fetch(node, what) for node in (ask, rows, shown) for what in ("text", "view")]
    assert_untold(result.events + views)
    assert views[3]["cells"] == [["[secret]!", "1"]] or "[secret]" in str(views[3])
    assert b"canary" not in engine.raw


def test_what_goes_by_a_file_is_hidden_too(graph) -> None:
    give(graph, openai=CANARY)
    node = graph.node(graph.big, {"key": {"secret": "openai"}})
    graph.run()
    view = graph.engine.fetch(node, "text")
    text = Path(view["file"]).read_text()
    assert text.startswith(".[secret].[secret]")
    assert_untold(text)


@pytest.mark.parametrize("heavy", [False, True])
def test_a_failure_tells_no_secret(graph, heavy: bool) -> None:
    give(graph, openai=CANARY)
    path = graph.folder / "ask.py"
    kind = graph.kind(path, "fails", "key:secret", heavy=heavy)
    node = graph.node(kind, {"key": {"secret": "openai"}})
    source = graph.node(graph.shown, {"text": "of a link"})
    linked = graph.node(kind, key=graph.node(graph.rows, {"text": "plain"}))
    result = graph.run()
    error = result.errors[node]
    assert error["message"] == "not accepted: '[secret]'"
    assert error["inputs"] == [["key", "secret", "[secret]"]]
    assert result.errors[linked]["inputs"] == [["key", "secret", "[secret]"]]
    assert source in result.outputs
    assert_untold(result.events)


def test_a_failure_in_a_loop_tells_no_secret(graph) -> None:
    give(graph, openai=CANARY)
    path = graph.folder / "ask.py"
    kind = graph.kind(path, "fails_each", "key:secret add")
    items = graph.node(graph.rows, {"text": "x"})
    graph.nodes.append(
        [len(graph.nodes) + 1, kind, {"key": {"secret": "openai"}}, {"add": [items, 0]}, {"loop": {"map": ["add"]}}]
    )
    result = graph.run()
    (error,) = result.errors.values()
    assert "[secret]" in error["message"] and ["key", "secret", "[secret]"] in error["inputs"]
    assert_untold(result.events)


def test_what_is_missing_is_said_by_its_name(graph) -> None:
    unknown = graph.node(graph.counts, {"key": {"secret": "github"}})
    plain = graph.node(graph.counts, {"key": "typed in"})
    linked = graph.node(graph.counts, key=graph.node(graph.rows, {"text": "a"}))
    errors = graph.run().errors
    assert "secret 'github' of input 'key' is not known" in errors[unknown]["message"]
    assert "takes a secret and holds none" in errors[plain]["message"]
    assert linked in errors  # a list is no text


def test_another_secret_of_the_name_is_another_value(graph) -> None:
    node = graph.node(graph.counts, {"key": {"secret": "openai"}})
    for secret, status, told in [
        ("four", "ok", "4"),
        ("four", "ok", None),
        ("fiver", "ok", "5"),
        ("four", "ok", "4"),
    ]:
        give(graph, openai=secret)
        result = graph.run()
        assert result.counts[0] == status
        assert [outputs[0][1] for outputs in result.outputs.values()] == ([] if told is None else [told])
        assert result.last["cached"] == (told is None)
    give(graph)
    assert graph.run(force=[node]).counts[0] == "failed"


def test_nothing_that_may_hold_a_secret_comes_to_lie_on_disk(graph, tmp_path: Path) -> None:
    graph.store = tmp_path / "results"
    graph.hold = 1
    give(graph, openai=CANARY)
    ask = graph.node(graph.ask, {"key": {"secret": "openai"}, "add": "." * 100_000})
    later = graph.node(graph.rows, text=graph.node(graph.shown, text=ask))
    other = graph.node(graph.rows, {"text": "other"})
    result = graph.run()
    assert result.counts == ("ok", 4, 0, 0, 0)
    graph.engine.close()
    kept = list(graph.store.glob("*.result"))
    assert len(kept) == 1, "only that of what has nothing to do with the secret"
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"canary" not in file.read_bytes(), file
    graph.engine, graph.runs = None, 0
    give(graph, openai=CANARY)
    again = graph.run()
    assert {later, ask} <= set(again.outputs) and other not in again.outputs


@pytest.fixture
def afresh():
    yield
    hidden._needles, hidden._longest = (), 0
    hidden.take({})


@pytest.mark.usefixtures("afresh")
def test_texts_without_secrets() -> None:
    hidden.take({"a": "secret value", "b": "abc", "c": "first line\n  second line  \n", "d": "a secret value and more"})
    for text, expected in [
        ("a secret value and more!", "[secret]!"),
        ("secret value!", "[secret]!"),
        ("abc stays: it is too short", "abc stays: it is too short"),
        ("x second line x", "x [secret] x"),
        ("secret%20value secret+value", "[secret] [secret]"),
        ("'first line\\n  second line  \\n'", "'[secret]'"),
    ]:
        assert hidden.hide(text) == expected
    assert hidden.head("12345 secret value", 10) == "12345 [sec"
    assert hidden.hide_all({"secret value": [1, None, ("secret value",)]}) == {"[secret]": [1, None, ["[secret]"]]}
    hidden.take({})
    assert hidden.hide("secret value") == "[secret]", "what was one may still be printed"
