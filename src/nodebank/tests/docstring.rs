//! Docstrings in the three styles.

use crate::nodebank::docstring::Docstring;

fn check(text: &str, expected: &[(&str, &str)]) {
    let doc = Docstring::read(text);
    let found: Vec<(&str, &str)> = doc
        .inputs
        .iter()
        .map(|(name, help)| (name.as_str(), help.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn the_first_line_is_the_summary() {
    for (text, summary, help) in [
        ("", "", ""),
        ("One.", "One.", "One."),
        ("\n    One.\n\n    Two.\n    ", "One.", "One.\n\nTwo."),
        (
            "One.\n\n      Two.\n        Deep.\n    ",
            "One.",
            "One.\n\nTwo.\n  Deep.",
        ),
        (
            "One.\n\tTwo.\n\t\tDeep.",
            "One.",
            "One.\nTwo.\n        Deep.",
        ),
        (
            "Über.\n\n    Maß: µm\n   ärger",
            "Über.",
            "Über.\n\n Maß: µm\närger",
        ),
        ("One.\r\n\r\n    Two.\r\n", "One.", "One.\n\nTwo."),
    ] {
        let doc = Docstring::read(text);
        assert_eq!(
            (doc.summary.as_str(), doc.help.as_str()),
            (summary, help),
            "{text:?}"
        );
    }
}

#[test]
fn google_sections() {
    check(
        "Split.

        Args:
            table: Rows with one
                temperature each.

                More of it: with a colon.
            column (str, optional): Name of the column.
            limit (Callable[[int], str]): A function.
            *rest: The others.
            no colon here goes on
        Example:
            limit: not an input.
        ",
        &[
            (
                "table",
                "Rows with one temperature each. More of it: with a colon.",
            ),
            ("column", "Name of the column."),
            ("limit", "A function."),
            ("rest", "The others. no colon here goes on"),
        ],
    );
    check(
        "F.\n\n    Arguments:\n      a: One.\n    Returns:\n      b: Two.",
        &[("a", "One.")],
    );
    check(
        "F.\n\nArgs:\n    größe: Wie groß.",
        &[("größe", "Wie groß.")],
    );
    check("F.\n\nArgs:\n", &[]);
    check("F.\n\nArgs:\n    (odd: x\n    : y", &[]);
}

#[test]
fn numpy_sections() {
    check(
        "Split.

        Parameters
        ----------
        table : DataFrame
            Rows with one
            temperature each.
        x, y : float
            A place.
        plain
            No type.

        Other Parameters
        ----------------
        extra : int, optional
            Rarely needed.

        Returns
        -------
        out : int
            Not an input.
        ",
        &[
            ("table", "Rows with one temperature each."),
            ("x", "A place."),
            ("y", "A place."),
            ("plain", "No type."),
            ("extra", "Rarely needed."),
        ],
    );
    check("Parameters\n----------", &[]);
}

#[test]
fn sphinx_fields() {
    check(
        "Split.

        :param table: Rows with one
            temperature each.
        :param int limit: At most.
        :type table: DataFrame
        :returns: Two tables.
        ",
        &[
            ("table", "Rows with one temperature each."),
            ("limit", "At most."),
        ],
    );
}

#[test]
fn inputs_get_their_help() {
    let kinds = super::read("def f(a, b=1):\n    '''F.\n\n    Args:\n        b: Second.\n    '''");
    let help: Vec<&str> = kinds[0].inputs.iter().map(|input| &*input.help).collect();
    assert_eq!(help, ["", "Second."]);
}
