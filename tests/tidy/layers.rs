//! The layer table: what each module may use. `ARCHITECTURE.md` says the same in words; change both together.

/// What a module may use beside itself, `std` and what lies below it. Tests may use all of `std`, `tempfile`, and
/// `not_tested`.
pub struct Layer {
    /// Below `src/`, a folder or a file without `.rs`; the longest that fits a file holds.
    pub folder: &'static str,
    /// Crates from the registry; `*` is any.
    pub crates: &'static [&'static str],
    pub not_crates: &'static [&'static str],
    /// Modules of this crate; `*` is any.
    pub modules: &'static [&'static str],
    pub not_modules: &'static [&'static str],
    pub not_std: &'static [&'static str],
    pub reason: &'static str,
}

/// Files, network, processes and threads.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
];
const WINDOW: &[&str] = &[
    "eframe",
    "egui",
    "egui_code_editor",
    "egui_commonmark",
    "egui_extras",
    "egui_plot",
    "egui_tiles",
    "rfd",
];
const NOTHING: Layer = Layer {
    folder: "",
    crates: &[],
    not_crates: &[],
    modules: &[],
    not_modules: &[],
    not_std: &[],
    reason: "",
};
const ENGINE: Layer = Layer {
    folder: "engine",
    crates: &["tokio", "thiserror", "tracing", "tempfile", "directories"],
    modules: &[
        "graph",
        "event",
        "sys",
        "paths",
        "project::trust::Trusted",
        "redact",
    ],
    reason: "the engine serves the window and the command line alike and knows neither them nor documents; JSON is \
             made in engine/protocol.rs alone",
    ..NOTHING
};
const UI: Layer = Layer {
    folder: "ui",
    crates: &[
        "egui",
        "egui_extras",
        "egui_tiles",
        "emath",
        "nucleo_matcher",
        "pulldown_cmark",
    ],
    modules: &[
        "graph",
        "document",
        "engine::run",
        "engine::protocol",
        "engine::python::modules",
        "nodebank::code",
        "command",
        "redact",
    ],
    not_modules: &["document::file"],
    not_std: OUTSIDE,
    reason: "views read what they are given and ask by `Action`; files, processes and async are `app`'s",
    ..NOTHING
};
const ALL: Layer = Layer {
    crates: &["*"],
    modules: &["*"],
    ..NOTHING
};

pub const LAYERS: &[Layer] = &[
    Layer {
        folder: "graph",
        crates: &["emath", "thiserror"],
        not_std: OUTSIDE,
        reason: "the model is plain data: no window, no file format, no files, no async",
        ..NOTHING
    },
    Layer {
        folder: "event",
        crates: &["tokio"],
        not_std: OUTSIDE,
        reason: "it carries events of any type and knows none; waking the window is a closure that `app` gives it",
        ..NOTHING
    },
    Layer {
        folder: "nodebank",
        crates: &[
            "ruff_python_ast",
            "ruff_python_parser",
            "ruff_source_file",
            "ruff_text_size",
            "serde",
            "serde_json",
            "stacker",
            "tempfile",
            "toml",
            "thiserror",
            "tracing",
        ],
        modules: &["graph", "paths"],
        not_std: &["std::net", "std::process"],
        reason: "kinds come from reading sources (and the .json beside those of the first Loom): no window, no \
                 document, no Python process",
        ..NOTHING
    },
    Layer {
        folder: "document",
        crates: &["thiserror"],
        modules: &["graph"],
        not_std: OUTSIDE,
        reason: "editing is pure: no window, no async, no engine; files and JSON belong to document/file",
        ..NOTHING
    },
    Layer {
        folder: "document/file",
        crates: &[
            "jiff",
            "serde",
            "serde_json",
            "tempfile",
            "thiserror",
            "tracing",
        ],
        modules: &[
            "graph",
            "document",
            "paths::read_bounded",
            "paths::refuse_links",
            "plain",
        ],
        not_std: &["std::net", "std::process"],
        reason: "the savefile knows the document and its JSON: no window, no async, no engine",
        ..NOTHING
    },
    Layer {
        folder: "document/clipboard",
        crates: &["serde_json"],
        modules: &["graph", "document"],
        not_std: OUTSIDE,
        reason: "the clipboard's text is a piece of a savefile: JSON, and nothing else",
        ..NOTHING
    },
    Layer {
        folder: "project",
        crates: &[
            "crc32fast",
            "directories",
            "getrandom",
            "hmac",
            "jiff",
            "serde",
            "serde_json",
            "sha2",
            "tempfile",
            "thiserror",
            "tracing",
            "trash",
            "unicode_normalization",
            "zip",
        ],
        modules: &[
            "document", "graph", "nodebank", "paths", "plain", "settings", "sys",
        ],
        not_std: &["std::net", "std::process::Command"],
        reason: "a project is files: no window, no engine",
        ..NOTHING
    },
    Layer {
        folder: "instance",
        crates: &["jiff", "serde", "serde_json", "tempfile", "tracing"],
        modules: &["document::file", "redact", "sys"],
        not_std: &["std::net", "std::process::Command"],
        reason: "windows know of each other by files: it opens nothing, shows nothing, and listens on nothing",
        ..NOTHING
    },
    Layer {
        folder: "runlog",
        crates: &["serde_json", "jiff"],
        modules: &["graph", "document", "engine"],
        reason: "a run's log is words for a file: it starts nothing and shows nothing",
        ..NOTHING
    },
    Layer {
        folder: "costs",
        crates: &["serde_json"],
        modules: &["graph", "document", "engine"],
        reason: "what nodes took is figures for a file: it starts nothing and shows nothing",
        ..NOTHING
    },
    Layer {
        folder: "packages",
        crates: &["tempfile", "thiserror", "tracing"],
        modules: &[
            "document::file",
            "engine::python",
            "graph",
            "nodebank",
            "paths",
            "project",
        ],
        not_std: &["std::net", "std::process"],
        reason: "packages are looked into and installed by what the lower layers do: it shows nothing and starts no \
                 process itself",
        ..NOTHING
    },
    Layer {
        folder: "cli",
        crates: &["*"],
        not_crates: WINDOW,
        modules: &["*"],
        not_modules: &["ui", "app", "command"],
        reason: "the command line works where there is no window",
        ..NOTHING
    },
    ENGINE,
    Layer {
        folder: "engine/python",
        crates: &[
            "serde_json",
            "sha2",
            "tempfile",
            "thiserror",
            "toml",
            "tracing",
        ],
        modules: &[
            "nodebank::package",
            "nodebank::script",
            "paths",
            "project::requirements",
            "project::trust::Trusted",
            "redact",
            "sys",
        ],
        reason: "it knows files, tools and what they print: no graph, no document, no window",
        ..NOTHING
    },
    Layer {
        folder: "engine/protocol",
        crates: &["serde", "serde_json", "thiserror"],
        modules: &["graph", "redact"],
        not_std: OUTSIDE,
        reason: "the protocol is lines to data and back",
        ..NOTHING
    },
    Layer {
        folder: "plain",
        not_std: OUTSIDE,
        reason: "it makes texts of texts, for whoever shows them",
        ..NOTHING
    },
    Layer {
        folder: "redact",
        crates: &["aho_corasick", "tracing_subscriber"],
        not_std: OUTSIDE,
        reason: "it makes texts of texts, for whoever writes them down",
        ..NOTHING
    },
    Layer {
        folder: "secrets",
        crates: &[
            "apple_native_keyring_store",
            "keyring_core",
            "tempfile",
            "thiserror",
            "tracing",
            "windows_native_keyring_store",
            "zbus_secret_service_keyring_store",
        ],
        modules: &["document::file", "paths", "redact"],
        not_std: &["std::net", "std::process", "std::thread"],
        reason: "it knows names and the system's keychain: no graph, no window, no engine",
        ..NOTHING
    },
    Layer {
        folder: "command",
        crates: &["egui"],
        not_std: OUTSIDE,
        reason: "it is a table of names and keys; what a command does stands in `app`",
        ..NOTHING
    },
    UI,
    Layer {
        folder: "ui/shell",
        crates: &["egui", "egui_extras", "egui_tiles", "serde"],
        reason: "the arrangement of panels is remembered, so its names are serde's; the rest holds as for all of ui",
        ..UI
    },
    Layer {
        folder: "picture",
        crates: &["egui", "png", "thiserror"],
        modules: &["graph", "document", "engine::run", "engine::protocol", "ui"],
        not_std: OUTSIDE,
        reason: "a picture is made of a document and given back as bytes, with or without a window: who asks reads and \
                 writes files",
        ..NOTHING
    },
    Layer {
        folder: "settings",
        crates: &["serde", "serde_json", "tempfile", "thiserror", "tracing"],
        modules: &["document::file", "paths"],
        not_std: &["std::net", "std::process"],
        reason: "settings are a file of plain values",
        ..NOTHING
    },
    Layer {
        folder: "paths",
        crates: &[
            "directories",
            "libc",
            "miniz_oxide",
            "tempfile",
            "thiserror",
        ],
        not_std: &["std::net", "std::process"],
        reason: "it says where things lie, unpacks what an installed program carries, and knows nothing of what lies \
                 there",
        ..NOTHING
    },
    Layer {
        folder: "sys",
        crates: &["libc", "memmap2", "rustix", "windows_sys"],
        not_std: &["std::net"],
        reason: "it wraps calls of the operating system and knows nothing of Loom",
        ..NOTHING
    },
    Layer {
        folder: "update",
        crates: &[
            "jiff",
            "minisign_verify",
            "reqwest",
            "rustls",
            "semver",
            "serde",
            "serde_json",
            "sha2",
            "tempfile",
            "thiserror",
            "tokio",
            "tracing",
        ],
        modules: &["document::file", "instance::log", "sys"],
        not_std: &["std::net"],
        reason: "it asks, fetches, checks and puts in place: no window, no document, no graph",
        ..NOTHING
    },
    Layer {
        folder: "app",
        not_modules: &["project::trust::by_call"],
        reason: "the window never takes a project for trusted: it asks `project::trust`",
        ..ALL
    },
    Layer {
        folder: "main",
        ..ALL
    },
    Layer {
        folder: "lib",
        ..ALL
    },
];

/// The layer of a file such as `src/ui/canvas/mod.rs`.
pub fn of(path: &str) -> Option<&'static Layer> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let fits = |layer: &&Layer| {
        inside == layer.folder
            || inside
                .strip_prefix(layer.folder)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    LAYERS
        .iter()
        .filter(fits)
        .max_by_key(|layer| layer.folder.len())
}
