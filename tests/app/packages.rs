//! Node packages through the window's dialog, with real tools: looked into, installed, run, upgraded and removed.

use egui::accesskit::Role;
use loom::graph::Bank;
use loom::ui::packages::{PackagesPage, PackagesState};

use super::wheel::Wheel;
use super::*;

fn page(app: &App) -> Option<&PackagesPage> {
    match app.dialog() {
        Some(Dialog::Packages(page)) => Some(page),
        _ => None,
    }
}

fn said(app: &App) -> Option<(&str, &str)> {
    match &page(app)?.state {
        PackagesState::Lists { said, problem } => Some((said, problem)),
        _ => None,
    }
}

fn shapes(folder: &Path, version: &str, factor: u32) -> PathBuf {
    let nodes = format!(
        "def tripled(value: int = 2) -> int:\n    \"\"\"Three times a number.\"\"\"\n    return value * {factor}\n"
    );
    let wheel = Wheel {
        name: "loom-shapes",
        version,
        families: "Shapes = loom_shapes",
        requires: "",
        files: &[("loom_shapes.py", &nodes)],
    };
    wheel.make(folder)
}

impl Window {
    fn click_button(&mut self, label: &str) {
        let button = self.harness.get_by_role_and_label(Role::Button, label);
        button.click();
        self.steps();
    }

    /// By the palette: the dialog, with what is to be looked into.
    fn look_into(&mut self, package: &Path) {
        self.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
        self.typed("node packages");
        self.key(Modifiers::NONE, Key::Enter);
        self.wait("the list", |app| {
            page(app).is_some_and(|page| page.installed.is_some())
        });
        self.typed(package.to_str().unwrap());
        self.key(Modifiers::NONE, Key::Enter);
    }

    fn install(&mut self, package: &Path) {
        self.look_into(package);
        self.wait("the offer", |app| {
            matches!(
                page(app).map(|page| &page.state),
                Some(PackagesState::Offers(_))
            )
        });
        self.steps();
        self.click_button("Install");
        self.wait("the installation", |app| said(app).is_some());
        let told = said(self.app()).map(|(done, problem)| (!done.is_empty(), problem));
        assert_eq!(told, Some((true, "")));
        self.wait("the new list", |app| {
            let rows = page(app).and_then(|page| page.installed.as_ref());
            rows.is_some_and(|rows| !rows.is_empty())
        });
    }
}

#[test]
fn a_package_is_looked_into_installed_run_upgraded_and_removed() {
    let index = tempfile::tempdir().unwrap();
    let mut window = Window::open(empty);
    let folder = window.app().project().folder.clone().unwrap();
    let requirements = || std::fs::read_to_string(folder.join("requirements.txt")).unwrap();
    let before = requirements();

    window.look_into(Path::new("/no/such.whl"));
    window.wait("the refusal", |app| {
        said(app).is_some_and(|(_, problem)| problem.contains("is no package"))
    });
    window.key(Modifiers::NONE, Key::Escape);

    let wheel = shapes(index.path(), "1.0", 3);
    window.look_into(&wheel);
    window.wait("the offer", |app| {
        matches!(
            page(app).map(|page| &page.state),
            Some(PackagesState::Offers(_))
        )
    });
    window.steps();
    for text in [
        "loom-shapes 1.0",
        "Shapes",
        "Tripled",
        "Three times a number.",
        "Python >=3.11",
    ] {
        window.harness.get_by_label(text);
    }
    assert_eq!(requirements(), before, "something was installed");
    assert!(!folder.join(".venv").exists());
    window.click_button("Back");
    window.key(Modifiers::NONE, Key::Escape);

    window.install(&wheel);
    assert_ne!(requirements(), before);
    window.key(Modifiers::NONE, Key::Escape);
    let catalog = &window.app().project().catalog;
    assert!(
        catalog.get(Bank::Package, "tripled").is_some(),
        "the library does not have it"
    );
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("tripled");
    window.key(Modifiers::NONE, Key::Enter);
    window.run_all();
    assert_eq!(window.text_of("Tripled"), "6");

    window.install(&shapes(index.path(), "1.1", 30));
    window.key(Modifiers::NONE, Key::Escape);
    window.run_all();
    assert_eq!(window.text_of("Tripled"), "60");

    // It goes at the second click, and the node stays as a missing one.
    window.look_into(Path::new(""));
    window.click_button("Remove loom-shapes");
    window.click_button("Keep loom-shapes");
    window.click_button("Remove loom-shapes");
    window.click_button("Really remove loom-shapes");
    window.wait("the removal", |app| {
        said(app).is_some_and(|(said, _)| said.contains("is removed"))
    });
    assert_eq!(requirements(), before);
    assert!(!folder.join("packages").exists());
    let node = window.node("Tripled");
    // The library is read again in the background.
    window.wait("the missing node", |app| {
        let kind = &app.project().document.graph().node(node).unwrap().kind;
        kind.bank == Bank::Package && kind.state == loom::graph::KindState::Missing
    });
}

#[test]
fn a_node_of_a_package_becomes_the_users_own_copy() {
    let index = tempfile::tempdir().unwrap();
    let nodes = "from .parts import factor\n\n\ndef helper(value):\n    from .parts import ONE\n    return value * ONE\n\n\n\
                 def tripled(value: int = 2) -> int:\n    return helper(value) * factor()\n";
    let wheel = Wheel {
        name: "loom-shapes",
        version: "1.0",
        families: "Shapes = loom_shapes.nodes",
        requires: "",
        files: &[
            ("loom_shapes/__init__.py", ""),
            ("loom_shapes/nodes.py", nodes),
            (
                "loom_shapes/parts.py",
                "ONE = 1\n\n\ndef factor():\n    return 3\n",
            ),
        ],
    };
    let mut window = Window::open(empty);
    window.install(&wheel.make(index.path()));
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("tripled");
    window.key(Modifiers::NONE, Key::Enter);
    let node = window.node("Tripled");
    window.key(Modifiers::NONE, Key::F4);
    window.wait("its source", |app| app.panels().code.shown().is_some());
    window.steps();
    assert!(window.says("it belongs to a package and can only be read"));

    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::F4);
    window.wait("the copy", |app| {
        let kind = &app.project().document.graph().node(node).unwrap().kind;
        kind.bank == Bank::Project
    });
    let own = window.app().project().catalog.kinds().iter();
    let own = own.filter(|kind| kind.bank == Bank::Project).count();
    assert_eq!(own, 1, "what helps it is no node");
    let source = window.app().panels().code.shown().unwrap().text();
    assert!(
        source.contains("from loom_shapes.parts import factor"),
        "{source}"
    );
    window.run_all();
    assert_eq!(window.text_of("Tripled"), "6");
}
