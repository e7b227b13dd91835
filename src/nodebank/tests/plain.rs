//! Modules that know nothing of Loom: what of them becomes kinds, and with which ports.

use std::path::PathBuf;
use std::process::Command;

use super::{check, describe, read};
use crate::graph::KindState;

#[test]
fn what_callers_could_give_is_an_input() {
    for (text, expected) in [
        (
            "def f(a: int, /, b: str, *args: float, c: bool = True, **kwargs): ...",
            "f(a: int, b: text, args: list[float] = …, c: bool = True, kwargs: dict = …) -> result: any",
        ),
        (
            "def f(a, n=4, x=0.5, s='!', on=False, t=None, u=()): ...",
            "f(a, n: int|float = 4, x: float = 0.5, s: text = \"!\", on: bool = False, t = None, u = []) -> result: any",
        ),
        (
            "__all__ = ['f', 'C', '_g']\ndef f(): ...\ndef _g(): ...\ndef h(): ...\nclass C: ...",
            "f() -> result: any",
        ),
        ("__all__ = names()\ndef f(): ...", "f() -> result: any"),
    ] {
        check(text, expected);
    }
}

/// Real modules of the Python that is here.
#[test]
fn modules_of_the_standard_library_become_families() {
    let script = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
    let Some(python) = ["python3", "python"]
        .into_iter()
        .find_map(|name| Command::new(name).args(["-c", script]).output().ok())
    else {
        crate::not_tested::note("there is no Python");
        return;
    };
    let library = PathBuf::from(String::from_utf8(python.stdout).unwrap().trim());
    for (module, wanted) in [
        (
            "statistics",
            &["mean", "quantiles", "correlation", "median_grouped"][..],
        ),
        ("textwrap", &["wrap", "fill", "dedent", "indent", "shorten"]),
        ("colorsys", &["rgb_to_hsv", "hls_to_rgb"]),
    ] {
        let text = std::fs::read_to_string(library.join(format!("{module}.py"))).unwrap();
        let kinds = read(&text);
        for name in wanted {
            assert!(
                kinds.iter().any(|kind| kind.function == *name),
                "{module}.{name}"
            );
        }
        for kind in &kinds {
            assert_eq!(kind.state, KindState::Ready, "{}", describe(kind));
            assert!(!kind.function.starts_with('_'), "{}", kind.function);
        }
        let helped = kinds.iter().filter(|kind| !kind.summary.is_empty()).count();
        assert!(
            module == "colorsys" || helped * 10 >= kinds.len() * 9,
            "{module}: {helped}"
        );
    }
}
