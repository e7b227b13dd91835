//! Sources that cannot be nodes: what they say, and that none of them does harm.

use super::{check, describe, read};
use crate::graph::KindState;

#[test]
fn what_cannot_be_a_node_says_why() {
    for (text, expected) in [
        (
            "\ndef f(self, a): ...",
            "f broken in line 2: methods cannot be nodes: write a function without self",
        ),
        (
            "import loom\nfrom typing import Annotated\ndef f(a: Annotated[int, loom.Dial(1)]): ...",
            "f broken in line 3: Input a: loom has no widget Dial: use Slider, Range, Multiline, OpenFile, SaveFile or Folder",
        ),
        (
            "import loom\nfrom typing import Annotated\ndef f(a: Annotated[int, loom.Slider(0, TOP)]): ...",
            "f broken in line 3: Input a: write loom.Slider(min, max, step=…) with numbers, not names or sums",
        ),
        (
            "import loom\nfrom typing import Annotated\ndef f(a: Annotated[int, loom.Slider()]): ...",
            "f broken in line 3: Input a: loom.Slider needs both ends: write loom.Slider(min, max, step=…) with numbers, not names or sums",
        ),
        (
            "import loom\nfrom typing import Annotated\ndef f(a: Annotated[int, loom.Range(9, 1)]): ...",
            "f broken in line 3: Input a: loom.Range goes from 9 to 1: put the smaller number first",
        ),
        (
            "import loom\nfrom typing import Annotated\ndef f(a: Annotated[int, loom.Range(0, 1, step=0)]): ...",
            "f broken in line 3: Input a: the step of loom.Range must be above zero",
        ),
        (
            "import loom\nfrom typing import Annotated\ndef f(a: Annotated[int, loom.OpenFile(P)]): ...",
            "f broken in line 3: Input a: write loom.OpenFile(\"*.csv\") with texts alone",
        ),
        (
            "import loom\n@loom.node('Add')\ndef f(): ...",
            "f broken in line 3: @loom.node takes its settings by name, such as title=\"Add\"",
        ),
        (
            "import loom\n@loom.node(title=TITLE)\ndef f(): ...",
            "f broken in line 3: title of @loom.node must be written out: the source is read without running it",
        ),
        (
            "import loom\n@loom.node(**all)\ndef f(): ...",
            "f broken in line 3: @loom.node takes no **: its source is read without running it",
        ),
        (
            "import loom\n@loom.node(titel='Add')\ndef f(): ...",
            "f broken in line 3: @loom.node has no titel: use title, family, outputs, cache, heavy, chooses or keywords",
        ),
        (
            "import loom\n@loom.node(cache=1)\ndef f(): ...",
            "f broken in line 3: cache of @loom.node must be True or False",
        ),
        (
            "import loom\n@loom.node(outputs=['a', 'a'])\ndef f(): ...",
            "f broken in line 3: outputs of @loom.node must be a list of names, each once",
        ),
        (
            "import loom\n@loom.node(outputs=['a', 'b'])\ndef f() -> int: ...",
            "f broken in line 3: outputs of @loom.node names 2, but the return annotation gives 1: name as many as are returned",
        ),
        (
            "import loom\n@loom.node(outputs=['a'])\ndef f() -> tuple[int, int]: ...",
            "f broken in line 3: outputs of @loom.node names 1, but the return annotation gives 2: name as many as are returned",
        ),
        (
            "import loom\n@loom.node(outputs=['a'])\ndef f() -> None: ...",
            "f broken in line 3: outputs of @loom.node names 1, but the return annotation gives 0: name as many as are returned",
        ),
        (
            "import loom\nfrom typing import TypedDict\nclass R(TypedDict):\n    a: int\n@loom.node(outputs=['b'])\ndef f() -> R: ...",
            "f broken in line 6: outputs of @loom.node leaves out \"a\": name the keys that the returned dict has",
        ),
    ] {
        check(text, expected);
    }
}

/// What works of a function that cannot be a node keeps its links in the graph.
#[test]
fn a_broken_function_keeps_its_ports() {
    let kinds = read("def f(self, a: int) -> tuple[int, str]: ...");
    let kind = kinds.first().unwrap();
    assert!(matches!(kind.state, KindState::Broken { line: 1, .. }));
    assert!(kind.input("a").is_some() && kind.output("result_2").is_some());
}

#[test]
fn a_syntax_error_is_one_entry() {
    for (text, line) in [
        ("def f(:\n    pass\ndef g(): ...", 1),
        ("def f():\n    return 1\n\ndef g()\n    pass\n", 4),
        ("x = (1,\n", 2),
        ("def f():\npass", 2),
        ("'unfinished", 1),
        ("def f(a, a=, b): ...", 1),
        ("\u{feff}\n\nif", 3),
    ] {
        let kinds = read(text);
        let [kind] = kinds.as_slice() else {
            panic!("{} kinds in {text:?}", kinds.len())
        };
        let found = describe(kind);
        let start = format!("example broken in line {line}: Syntax error: ");
        assert!(found.starts_with(&start), "{text:?}: {found}");
        assert_eq!(kind.title, "Example");
    }
}

/// Sources that try to be too much are read, or are one broken entry; none hangs or takes the stack.
#[test]
fn hostile_sources_are_read() {
    let nested = |open: &str, close: &str| {
        let n = 20_000;
        format!("{}1{}", open.repeat(n), close.repeat(n))
    };
    let each = |n: usize, line: fn(usize) -> String| (0..n).map(line).collect::<Vec<_>>().concat();
    let chain = each(60, |i| {
        let next = i + 1;
        format!("A{i} = tuple[A{next}, A{next}] | dict[A{next}, A{next}]\n")
    });
    let classes = each(60, |i| {
        let next = (i + 1) % 60;
        format!("class C{i}(C{next}, C{next}, NamedTuple):\n    a{i}: int\n")
    });
    let blocks = each(90, |i| format!("{}if x:\n", " ".repeat(i)));
    let parameters = each(5_000, |i| format!("a{i}: int = {i}, "));
    for text in [
        format!("def f(a={}): ...", nested("(", ")")),
        format!("def f(a={}): ...", nested("[", "]")),
        format!("def f(a={}): ...", nested("-", "")),
        format!("def f(a: {}): ...", nested("list[", "]")),
        format!("def f(a: x{}): ...", ".x".repeat(20_000)),
        format!("def f(a: {}int): ...", "int | ".repeat(20_000)),
        format!("{chain}def f(a: A0) -> A0: ..."),
        format!("{classes}def f() -> C0: ..."),
        format!("{blocks}{}pass\ndef f(): ...", " ".repeat(90)),
        format!("def f({parameters}): ..."),
    ] {
        let kinds = read(&text);
        assert_eq!(kinds.len(), 1, "{}", &text[..60]);
        let cloned = kinds.clone();
        assert!(cloned == kinds);
    }
}
