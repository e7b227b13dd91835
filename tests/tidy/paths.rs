//! Rust text -> the paths that it names outside itself. A small lexer, not a parser: comments, texts and macros'
//! own syntax are stepped over, everything that reads `name::` or `use name` is looked at.

/// A path that a file names: `crate::engine::run`, `std::fs`, `egui::Ui`.
#[derive(Debug, PartialEq)]
pub struct Reference {
    pub line: usize,
    /// Begins with `crate`, `std` or a dependency; `self`, `super` and the package's own name are resolved.
    pub path: Vec<String>,
    /// Stands in a module `tests`, inline or a file of its own.
    pub is_test: bool,
}

/// All paths in `text` that begin outside of it. `crates` are the dependencies.
pub fn references(path: &str, text: &str, crates: &[String]) -> Vec<Reference> {
    let tokens = tokens(text);
    let home = module_of(path);
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.pop_if(|(_, inside)| *inside > depth);
            }
            "mod" if tokens.get(at + 2).is_some_and(|t| t.text == "{") => {
                inline.push((tokens[at + 1].text.clone(), depth + 1));
            }
            _ => {}
        }
        let is_use = tokens[at].text == "use" && tokens.get(at + 1).is_some_and(|t| t.text != "<");
        let is_head = tokens[at].is_word()
            && tokens.get(at + 1).is_some_and(|t| t.text == "::")
            && (at == 0 || tokens[at - 1].text != "::");
        if is_use || is_head {
            let mut paths = Vec::new();
            if is_use {
                at += 1;
            }
            let next = tree(&tokens, at, &mut Vec::new(), &mut paths, is_use);
            let module: Vec<&str> = home
                .iter()
                .map(String::as_str)
                .chain(inline.iter().map(|(name, _)| name.as_str()))
                .collect();
            let is_test = module.contains(&"tests");
            for (line, path) in paths {
                if let Some(path) = resolve(&path, &module, crates) {
                    found.push(Reference {
                        line,
                        path,
                        is_test,
                    });
                }
            }
            at = next.max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}

/// `src/graph/kind.rs` is `graph::kind`, `src/graph/mod.rs` is `graph`, `src/lib.rs` the root.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if parts
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        parts.pop();
    }
    parts
}

fn resolve(path: &[String], module: &[&str], crates: &[String]) -> Option<Vec<String>> {
    let absolute = |up: usize, rest: &[String]| {
        let kept = module.len().checked_sub(up)?;
        let home = module[..kept].iter().map(|part| (*part).to_owned());
        Some(
            std::iter::once("crate".to_owned())
                .chain(home)
                .chain(rest.iter().cloned())
                .collect(),
        )
    };
    match path.first()?.as_str() {
        "crate" => Some(path.to_vec()),
        "loom" => Some(
            std::iter::once("crate".to_owned())
                .chain(path[1..].iter().cloned())
                .collect(),
        ),
        "self" => absolute(0, &path[1..]),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            absolute(up, &path[up..])
        }
        head if head == "std" || crates.iter().any(|name| name == head) => Some(path.to_vec()),
        _ => None,
    }
}

/// Read a path at `at`, in a `use` with braces and `as`. Gives where it ends.
fn tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &mut Vec<String>,
    paths: &mut Vec<(usize, Vec<String>)>,
    is_use: bool,
) -> usize {
    let length = prefix.len();
    let mut line = tokens.get(at).map_or(0, |t| t.line);
    while let Some(token) = tokens.get(at) {
        if token.is_word() && token.text != "as" {
            prefix.push(token.text.clone());
            line = token.line;
            at += 1;
        } else if is_use && token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|t| t.text != "}") {
                let next = tree(tokens, at, prefix, paths, true);
                at = next.max(at + 1);
                if tokens.get(at).is_some_and(|t| t.text == ",") {
                    at += 1;
                }
            }
            prefix.truncate(length);
            return at + 1;
        } else if is_use && token.text == "*" {
            at += 1;
        } else if token.text != "::" || !prefix.is_empty() {
            break;
        }
        if tokens.get(at).is_some_and(|t| t.text == "::") {
            at += 1;
        } else {
            break;
        }
    }
    paths.push((line, prefix.clone()));
    prefix.truncate(length);
    if is_use && tokens.get(at).is_some_and(|t| t.text == "as") {
        at += 2;
    }
    at
}

struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Words, `::` and single signs, without comments, texts, characters and numbers.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let from = i;
        match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut open = 1;
                i += 2;
                while i < chars.len() && open > 0 {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (open, i) = (open + 1, i + 2),
                        ('*', '/') => (open, i) = (open - 1, i + 2),
                        _ => i += 1,
                    }
                }
            }
            '"' => i = end_of_text(&chars, i),
            // A character, or else a lifetime, which ends by itself.
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < chars.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            c if is_word(c) => {
                while is_word(at(i)) {
                    i += 1;
                }
                let word: String = chars[from..i].iter().collect();
                let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
                if ["r", "br", "cr"].contains(&word.as_str()) && at(i + hashes) == '"' {
                    i = end_of_raw_text(&chars, i + hashes, hashes);
                } else if !c.is_ascii_digit() {
                    tokens.push(Token { text: word, line });
                }
            }
            ':' if at(i + 1) == ':' => {
                tokens.push(Token {
                    text: "::".to_owned(),
                    line,
                });
                i += 2;
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(Token {
                        text: c.to_string(),
                        line,
                    });
                }
                i += 1;
            }
        }
        i = i.min(chars.len());
        line += chars[from..i].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn end_of_text(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn end_of_raw_text(chars: &[char], quote: usize, hashes: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() {
        let closes = chars[i] == '"'
            && chars[i + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes;
        i += 1;
        if closes {
            return i + hashes;
        }
    }
    i
}
