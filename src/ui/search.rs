//! Fuzzy search over names: node kinds for the library and the add-node popup, commands for the palette.
//! Ranks what it is given; keeps no list of its own but the last answer.

use std::cmp::Reverse;
use std::sync::Arc;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::graph::NodeKind;

/// How much a hit in a field counts; each word of the query takes its best field.
const TITLE: u32 = 16;
const KEYWORD: u32 = 12;
const FUNCTION: u32 = 10;
const FAMILY: u32 = 6;
const SUMMARY: u32 = 2;
const HELP: u32 = 1;

/// A query that is ready to be held against many texts.
pub struct Query {
    /// Of each word: letters in order, for names; the word as it is, for sentences.
    words: Vec<(Atom, Atom)>,
    whole: String,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Query {
    pub fn new(text: &str) -> Self {
        let atom = |word: &str, kind| {
            let case = CaseMatching::Ignore;
            Atom::new(word, case, Normalization::Smart, kind, false)
        };
        Self {
            words: text
                .split_whitespace()
                .map(|word| (atom(word, AtomKind::Fuzzy), atom(word, AtomKind::Substring)))
                .collect(),
            whole: text.trim().to_lowercase(),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well texts fit that stand for one thing, each with its weight and whether it is a sentence, in which
    /// letters strewn about mean nothing. `None`: some word is nowhere.
    fn score<'a>(
        &mut self,
        fields: impl Iterator<Item = (u32, bool, &'a str)> + Clone,
    ) -> Option<u32> {
        let mut sum = 0;
        for (fuzzy, exact) in &self.words {
            let best = fields
                .clone()
                .filter_map(|(weight, is_sentence, text)| {
                    let atom = if is_sentence { exact } else { fuzzy };
                    let text = Utf32Str::new(text, &mut self.buffer);
                    atom.score(text, &mut self.matcher)
                        .map(|score| u32::from(score) * weight)
                })
                .max()?;
            sum += best;
        }
        Some(sum)
    }

    /// How well a title fits, and whatever else may be said of the thing. More is better.
    pub fn rank(&mut self, title: &str, about: &str) -> Option<u32> {
        let fields = [(TITLE, false, title), (SUMMARY, true, about)];
        let score = self.score(fields.into_iter())?;
        Some(score + self.bonus(title))
    }

    pub fn rank_kind(&mut self, kind: &NodeKind) -> Option<u32> {
        let fields = [
            (TITLE, false, kind.title.as_str()),
            (FUNCTION, false, kind.function.as_str()),
            (FAMILY, false, kind.family.as_str()),
            (SUMMARY, true, &*kind.summary),
            (HELP, true, &*kind.help),
        ];
        let keywords = kind.keywords.iter();
        let keywords = keywords.map(|word| (KEYWORD, false, word.as_str()));
        let score = self.score(fields.into_iter().chain(keywords))?;
        Some(score + self.bonus(&kind.title))
    }

    /// The title itself or its beginning goes before all that merely holds the letters.
    fn bonus(&self, title: &str) -> u32 {
        let title = title.to_lowercase();
        if title == self.whole {
            40_000
        } else if !self.whole.is_empty() && title.starts_with(&self.whole) {
            4_000
        } else {
            0
        }
    }
}

/// Places in `kinds` of those that fit, best first; all in their order when nothing is asked.
pub fn rank_kinds(query: &str, kinds: &[Arc<NodeKind>]) -> Vec<usize> {
    let mut query = Query::new(query);
    if query.is_empty() {
        return (0..kinds.len()).collect();
    }
    let mut hits: Vec<_> = kinds
        .iter()
        .enumerate()
        .filter_map(|(i, kind)| Some((query.rank_kind(kind)?, i)))
        .collect();
    // Of two that are found alike, one's own comes before one that came with Loom.
    hits.sort_by_key(|(score, i)| {
        let kind = &kinds[*i];
        (Reverse(*score), kind.title.len(), kind.bank, *i)
    });
    hits.into_iter().map(|(_, i)| i).collect()
}

/// The last search, so that a frame in which nothing changed searches nothing.
#[derive(Default)]
pub struct KindSearch {
    query: String,
    kinds: Vec<Arc<NodeKind>>,
    hits: Vec<usize>,
}

impl KindSearch {
    /// Kinds that fit, best first. True: the answer is another than before.
    pub fn update(&mut self, query: &str, kinds: &[Arc<NodeKind>]) -> bool {
        let is_same = self.kinds.len() == kinds.len()
            && self.kinds.iter().zip(kinds).all(|(a, b)| Arc::ptr_eq(a, b));
        if is_same && self.query == query {
            return false;
        }
        if !is_same {
            self.kinds = kinds.to_vec();
        }
        query.clone_into(&mut self.query);
        self.hits = rank_kinds(query, &self.kinds);
        true
    }

    pub fn hits(&self) -> impl ExactSizeIterator<Item = &Arc<NodeKind>> {
        self.hits.iter().map(|i| &self.kinds[*i])
    }

    pub fn hit(&self, at: usize) -> Option<&Arc<NodeKind>> {
        self.hits.get(at).map(|i| &self.kinds[*i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Bank;

    fn kind(title: &str, family: &str, keywords: &[&str], summary: &str) -> Arc<NodeKind> {
        let function = title.to_lowercase().replace(' ', "_");
        Arc::new(NodeKind {
            title: title.into(),
            family: family.into(),
            keywords: keywords.iter().map(|word| (*word).into()).collect(),
            summary: summary.into(),
            ..NodeKind::new(Bank::Builtin, function)
        })
    }

    #[test]
    fn the_best_hit_comes_first() {
        let kinds = [
            kind("Add", "Math", &["plus", "sum"], "The sum of two numbers."),
            kind(
                "Load image",
                "Images",
                &["open"],
                "Read a picture from a file.",
            ),
            kind("Read CSV", "Tables", &["load"], "Read a table from a file."),
            kind(
                "Load table",
                "Tables",
                &[],
                "Read a table of any known format.",
            ),
            kind("Pad", "Text", &[], "Fill a text up to a length."),
            Arc::new(NodeKind {
                help: "Numbers with a fraction.\n\nExample:\n    Half of a loaf.".into(),
                ..NodeKind::clone(&kind("Divide", "Math", &[], "Numbers with a fraction."))
            }),
        ];
        for (query, expected) in [
            ("", "Add, Load image, Read CSV, Load table, Pad, Divide"),
            ("add", "Add"),
            ("plus", "Add"),
            ("load", "Load image, Load table, Read CSV"),
            ("ldimg", "Load image"),
            ("tables read", "Read CSV, Load table"),
            ("csv", "Read CSV"),
            ("PICTURE", "Load image"),
            ("loaf", "Divide"),
            ("zebra", ""),
            ("add zebra", ""),
        ] {
            let hits = rank_kinds(query, &kinds);
            let titles: Vec<_> = hits.iter().map(|i| kinds[*i].title.as_str()).collect();
            assert_eq!(titles.join(", "), expected, "{query:?}");
        }
    }

    #[test]
    fn a_search_is_done_again_only_when_it_would_find_something_else() {
        let kinds = vec![kind("Add", "Math", &[], ""), kind("Pad", "Text", &[], "")];
        let mut search = KindSearch::default();
        assert!(search.update("add", &kinds));
        assert!(!search.update("add", &kinds));
        assert!(search.update("pad", &kinds));
        assert_eq!(search.hit(0), Some(&kinds[1]));
        let reloaded = vec![kinds[0].clone()];
        assert!(search.update("pad", &reloaded));
        assert_eq!(search.hits().len(), 0);
    }
}
