//! Notes: what was not sound in a file, in words. Of very many the first are told and the others counted.

/// So many are told.
const MOST: usize = 1000;

#[derive(Debug, Default)]
pub struct Notes {
    told: Vec<String>,
    more: usize,
}

impl Notes {
    /// The words are made where they are told.
    pub fn push(&mut self, note: impl FnOnce() -> String) {
        if self.told.len() < MOST {
            self.told.push(note());
        } else {
            self.more += 1;
        }
    }

    pub fn append(&mut self, others: Self) {
        for note in others.told {
            self.push(|| note);
        }
        self.more += others.more;
    }

    pub fn into_words(self) -> Vec<String> {
        let mut words = self.told;
        if self.more > 0 {
            let more = self.more;
            words.push(format!("{more} more notes of the same file are not listed"));
        }
        words
    }
}
