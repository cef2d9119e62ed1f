//! Plain text and Markdown as records: `path`, `index` (from 0 in each file) and `text`.
//!
//! A record is a run of whole paragraphs (they end with an empty line) of about 2,000 characters. It ends after a
//! paragraph where that paragraph's own hash says so, as chunks and shards do, so that a paragraph inserted
//! at the front of a book does not shift every record behind it. Lines in a paragraph are joined by one
//! newline, paragraphs by two. Only `text` is content: the same passage is the same record in another file.

use std::{collections::VecDeque, sync::Arc};

use arrow::{
    array::{Int64Builder, RecordBatch, StringBuilder},
    datatypes::{DataType, SchemaRef},
};

use super::{ImportError, files::SourceFile, lines::Lines};
use crate::{columns::canonical_field, shard::schema_of};

/// Name of the one column that is content.
pub(super) const CONTENT: &str = "text";

/// A record has at least this many characters, unless its file ends.
const CHARS_MIN: usize = 1000;
/// A record has at most this many.
const CHARS_MAX: usize = 4000;
/// Mean number of characters from the least to the cut.
const CHARS_SPREAD: u64 = 1000;
/// A paragraph longer than a record is taken apart into pieces of at most this many.
const PIECE_CHARS: usize = 2000;

pub(super) fn schema() -> SchemaRef {
    schema_of(vec![
        canonical_field("path", DataType::Utf8),
        canonical_field("index", DataType::Int64),
        canonical_field(CONTENT, DataType::Utf8),
    ])
}

/// Cuts a text into records.
#[derive(Default)]
struct Cutter {
    paragraph: String,
    paragraph_chars: usize,
    record: String,
    record_chars: usize,
    done: VecDeque<String>,
}

impl Cutter {
    fn line(&mut self, line: &str) {
        if line.trim().is_empty() {
            return self.end_paragraph();
        }
        if !self.paragraph.is_empty() {
            self.paragraph.push('\n');
            self.paragraph_chars += 1;
        }
        self.paragraph.push_str(line);
        self.paragraph_chars += line.chars().count();
        if self.paragraph_chars > CHARS_MAX {
            self.end_record();
            while self.paragraph_chars > CHARS_MAX {
                let rest = self.paragraph.split_off(piece_end(&self.paragraph));
                let piece = std::mem::replace(&mut self.paragraph, rest.trim_start().to_owned());
                self.done.push_back(piece.trim_end().to_owned());
                self.paragraph_chars = self.paragraph.chars().count();
            }
        }
    }

    fn end_paragraph(&mut self) {
        if self.paragraph.is_empty() {
            return;
        }
        let paragraph = std::mem::take(&mut self.paragraph);
        let chars = std::mem::take(&mut self.paragraph_chars);
        if self.record_chars + chars > CHARS_MAX {
            self.end_record();
        }
        if !self.record.is_empty() {
            self.record.push_str("\n\n");
        }
        self.record.push_str(&paragraph);
        self.record_chars += chars;
        if self.record_chars >= CHARS_MIN && is_cut(&paragraph, chars as u64) {
            self.end_record();
        }
    }

    fn end_record(&mut self) {
        self.record_chars = 0;
        if !self.record.is_empty() {
            self.done.push_back(std::mem::take(&mut self.record));
        }
    }
}

fn is_cut(paragraph: &str, chars: u64) -> bool {
    let hash = blake3::hash(paragraph.as_bytes());
    let number = u64::from_be_bytes(hash.as_bytes()[..8].try_into().expect("a slice of 8 bytes"));
    chars >= CHARS_SPREAD || u128::from(number) < (u128::from(chars) << 64) / u128::from(CHARS_SPREAD)
}

/// Where the first piece of a long paragraph ends, in bytes: after a line, else after a word, else anywhere.
fn piece_end(paragraph: &str) -> usize {
    let end = paragraph.char_indices().nth(PIECE_CHARS).map_or(paragraph.len(), |(at, _)| at);
    let least = paragraph.char_indices().nth(PIECE_CHARS / 2).map_or(end, |(at, _)| at);
    let window = &paragraph[least..end];
    let breaks = window.rfind('\n').or_else(|| window.rfind(char::is_whitespace));
    breaks.map_or(end, |at| least + at + window[at..].chars().next().map_or(0, char::len_utf8))
}

/// Records of a text file as batches.
pub(super) struct Records<'a> {
    file: &'a SourceFile,
    lines: Lines<'a>,
    cutter: Cutter,
    index: i64,
    is_at_end: bool,
}

impl<'a> Records<'a> {
    pub(super) fn open(file: &'a SourceFile) -> Result<Self, ImportError> {
        let lines = Lines::open(file)?;
        Ok(Self { file, lines, cutter: Cutter::default(), index: 0, is_at_end: false })
    }

    pub(super) const fn read_bytes(&self) -> u64 {
        self.lines.read_bytes()
    }

    /// Up to a batch of records; `None` at the end.
    pub(super) fn batch(
        &mut self,
        schema: &SchemaRef,
        rows_max: usize,
        bytes_max: usize,
    ) -> Result<Option<RecordBatch>, ImportError> {
        let (mut path, mut index, mut text) = (StringBuilder::new(), Int64Builder::new(), StringBuilder::new());
        let (mut rows, mut size_bytes) = (0, 0);
        while rows < rows_max && size_bytes < bytes_max {
            let Some(record) = self.record()? else { break };
            path.append_value(&self.file.name);
            index.append_value(self.index);
            text.append_value(&record);
            self.index += 1;
            rows += 1;
            size_bytes += record.len();
        }
        if rows == 0 {
            return Ok(None);
        }
        let columns = RecordBatch::try_new(
            schema.clone(),
            vec![Arc::new(path.finish()), Arc::new(index.finish()), Arc::new(text.finish())],
        );
        columns.map(Some).map_err(|error| self.file.malformed(0, error.to_string()))
    }

    fn record(&mut self) -> Result<Option<String>, ImportError> {
        loop {
            if let Some(record) = self.cutter.done.pop_front() {
                return Ok(Some(record));
            }
            if self.is_at_end {
                return Ok(None);
            }
            match self.lines.next()? {
                Some((_, line)) => self.cutter.line(line),
                None => {
                    self.is_at_end = true;
                    self.cutter.end_paragraph();
                    self.cutter.end_record();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<String> {
        let mut cutter = Cutter::default();
        text.lines().for_each(|line| cutter.line(line));
        cutter.end_paragraph();
        cutter.end_record();
        cutter.done.into()
    }

    fn book(paragraphs: usize) -> String {
        let paragraph =
            |at: usize| format!("Paragraph {at} begins.\n{}", "Some words follow. ".repeat(5 + at * 7 % 40));
        (0..paragraphs).map(paragraph).collect::<Vec<_>>().join("\n\n")
    }

    #[test]
    fn records_hold_whole_paragraphs_of_about_two_thousand_characters() {
        let text = book(400);
        let records = records(&text);
        assert_eq!(records.join("\n\n"), text.lines().map(str::to_owned).collect::<Vec<_>>().join("\n"));
        let mean = text.chars().count() / records.len();
        assert!((1200..3000).contains(&mean), "{mean}");
        assert!(records.iter().all(|record| record.chars().count() <= CHARS_MAX + 200));
    }

    #[test]
    fn a_paragraph_put_in_front_moves_few_records() {
        let before = records(&book(400));
        let after = records(&format!("A new preface.\n\n{}", book(400)));
        let kept = after.iter().filter(|record| before.contains(record)).count();
        assert!(kept + 8 >= before.len(), "{kept} of {}", before.len());
    }

    #[test]
    fn one_endless_paragraph_is_taken_apart_at_words() {
        let records = records(&"word ".repeat(10_000));
        assert!(records.iter().all(|record| record.chars().count() <= CHARS_MAX));
        assert_eq!(records.iter().map(|record| record.split_whitespace().count()).sum::<usize>(), 10_000);
        let unbroken = super::tests::records(&"\u{7528}".repeat(9_000));
        assert_eq!(unbroken.concat().chars().count(), 9_000);
    }
}
