//! Tests of copies: what is taken along, what is refused, and that every node that comes with Loom can be copied.

use super::*;
use crate::nodebank::Nodebank;

/// Files by their name; the first has the function.
fn copied(files: &[(&str, &str)], function: &str, called: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path: Arc<Path> = folder.path().join(files[0].0).into();
    let family = "General".into();
    let source = Source {
        bank: Bank::Package,
        family: &family,
        file: &path,
        sidecar: None,
    };
    let kinds = kinds(files[0].1, &source).unwrap();
    let kind = kinds.iter().find(|kind| *kind.function == *function);
    source_of_copy(kind.expect("the function"), called)
}

const SHAPES: &str = r#"# /// script
# dependencies = ["shapely>=2"]
# ///
"""Shapes."""

from __future__ import annotations

import math
import os, re as regex
from typing import TYPE_CHECKING, Literal

import loom
from _loom_shapes import _number, _other

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# What stands between is none of its comments.

# Sides of a shape.
SIDES = 4  # all of them
_UNUSED = SIDES + 1
KNOWN = {}
KNOWN["a"] = regex.compile("a")


class Side:
    pass


@loom.node(title="Other")
def other() -> int:
    return SIDES


@loom.node(
    title="Area",
)
def area(width: np.float64, side: Literal["a"] = "a") -> float:
    """Give it.

    Example:
        >>> area(2)
        8
    """
    from PIL import Image

    a: "list[Side]" = [Image]
    again = area if width < 0 else None
    return _number("width", width) * other() * len(KNOWN)


if __name__ == "__main__":
    print(area(1))
"#;

const BESIDE: &str = r#""""What they share."""

import math
import sys

LEAST = math.inf


def _number(name: str, value: float) -> float:
    """A number above the least."""
    return value if value < LEAST else 0.0


def _other() -> None:
    sys.exit()
"#;

#[test]
fn a_function_takes_along_what_it_uses_and_nothing_else() {
    let copy = copied(
        &[("shapes.py", SHAPES), ("_loom_shapes.py", BESIDE)],
        "area",
        "area_2",
    );
    let expected = r#"# /// script
# dependencies = ["shapely>=2"]
# ///
"""A copy of the node "Area" of a package, to be changed."""

from __future__ import annotations

import re as regex
from typing import TYPE_CHECKING, Literal
import loom
import math

if TYPE_CHECKING:
    import numpy as np


LEAST = math.inf


def _number(name: str, value: float) -> float:
    """A number above the least."""
    return value if value < LEAST else 0.0


# Sides of a shape.
SIDES = 4  # all of them
KNOWN = {}
KNOWN["a"] = regex.compile("a")


class Side:
    pass


def other() -> int:
    return SIDES


@loom.node(
    title="Area",
)
def area_2(width: np.float64, side: Literal["a"] = "a") -> float:
    """Give it.

    Example:
        >>> area_2(2)
        8
    """
    from PIL import Image

    a: "list[Side]" = [Image]
    again = area_2 if width < 0 else None
    return _number("width", width) * other() * len(KNOWN)
"#;
    assert_eq!(copy.unwrap(), expected);
}

#[test]
fn a_function_of_a_package_names_it_and_is_the_only_node() {
    let text = "from .parts import half as h\nfrom . import two\n\ndef helper(a):\n    from .far import b\n    return b(a)\n\n\
                def twice(a, b=1):\n    return helper(a) * two + h\n";
    let files = [
        ("site-packages/shapes/deep/nodes.py", text),
        ("site-packages/shapes/deep/parts.py", ""),
    ];
    let copy = copied(&files, "twice", "twice").unwrap();
    let expected = "\"\"\"A copy of the node \"Twice\" of a package, to be changed.\"\"\"\n\n\
        from shapes.deep.parts import half as h\nfrom shapes.deep import two\nimport loom\n\n\n\
        def helper(a):\n    from shapes.deep.far import b\n    return b(a)\n\n\n\
        @loom.node(title=\"Twice\")\ndef twice(a, b=1):\n    return helper(a) * two + h\n";
    assert_eq!(copy, expected);
}

#[test]
fn what_cannot_stand_alone_says_why() {
    let beside = ("_loom_b.py", "X = 1\nY = 2\n");
    for (text, expected) in [
        (
            "from . import a\ndef f(): return a\n",
            "a package around it",
        ),
        ("import _loom_b\ndef f(): return _loom_b.X\n", "as a whole"),
        (
            "from _loom_b import X as Z\ndef f(): return Z\n",
            "by another name",
        ),
        (
            "def f():\n    import _loom_b\n    return _loom_b.X\n",
            "inside a function",
        ),
        ("from _loom_b import Y\nX = 3\ndef f(): return X + Y\n", ""),
        (
            "from _loom_b import Y\nY2 = Y\nX = Y = 4\ndef f(): return X + Y2\n",
            "Y is another",
        ),
    ] {
        let result = copied(&[("a.py", text), beside], "f", "f");
        match result {
            Ok(copy) => assert!(expected.is_empty(), "{copy}"),
            Err(why) => assert!(
                !expected.is_empty() && why.contains(expected),
                "{text}: {why}"
            ),
        }
    }
}

#[test]
fn every_node_that_comes_with_loom_can_be_copied() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("nodebank");
    let mut bank = Nodebank::new(vec![(Bank::Builtin, folder)], None);
    bank.refresh();
    let catalog = bank.catalog();
    assert!(catalog.kinds().len() > 100);
    for kind in catalog.kinds() {
        let copy = source_of_copy(kind, &format!("my_{}", kind.function));
        assert!(copy.is_ok(), "{}: {copy:?}", kind.function);
        let uses_family = copy.is_ok_and(|copy| copy.contains("_loom_"));
        assert!(!uses_family, "{}", kind.function);
    }
}
