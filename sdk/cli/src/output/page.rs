//! Text for people: titles, aligned fields, aligned tables.

use std::fmt::{Display, Write};

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A page under construction.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    is_terminal: bool,
}

impl Page {
    pub(crate) const fn new(is_terminal: bool) -> Self {
        Self { text: String::new(), is_terminal }
    }

    /// A heading, after an empty line unless it is the first.
    pub(crate) fn title(&mut self, title: impl Display) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let title = self.styled(BOLD, title);
        self.line(title);
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, line: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }

    /// A remark, dimmed.
    pub(crate) fn note(&mut self, note: impl Display) {
        let note = self.styled(DIM, note);
        self.line(note);
    }

    /// Names and values in two columns, indented. Empty values are left out.
    pub(crate) fn fields(&mut self, fields: &[(&str, String)]) {
        let shown = || fields.iter().filter(|(_, value)| !value.is_empty());
        let width = shown().map(|(name, _)| width_of(name)).max().unwrap_or(0);
        for (name, value) in shown() {
            let label = self.styled(DIM, format!("{name:<width$}"));
            self.line(format!("  {label}  {value}"));
        }
    }

    /// A table, indented; nothing where there are no rows.
    pub(crate) fn table(&mut self, columns: &[(&str, Align)], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        let widths: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(index, (name, _))| {
                let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| width_of(cell));
                cells.chain([width_of(name)]).max().unwrap_or(0)
            })
            .collect();
        let head: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let head = row_text(&head, columns, &widths);
        let head = self.styled(DIM, head);
        self.line(format!("  {head}"));
        for row in rows {
            let row = row_text(row, columns, &widths);
            self.line(format!("  {row}"));
        }
    }

    /// A hash or address: short at a terminal, whole everywhere else, so that pipes never lose it.
    pub(crate) fn hash(&self, hash: impl Display) -> String {
        let hash = hash.to_string();
        let count = hash.chars().count();
        if !self.is_terminal || count <= 16 {
            return hash;
        }
        let head: String = hash.chars().take(8).collect();
        let tail: String = hash.chars().skip(count - 6).collect();
        format!("{head}…{tail}")
    }

    /// A verdict: a green tick or a red cross, then the text.
    pub(crate) fn verdict(&self, is_good: bool, text: impl Display) -> String {
        let mark = if is_good { self.styled(GREEN, "✓") } else { self.styled(RED, "✗") };
        format!("{mark} {text}")
    }

    /// The text.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn styled(&self, style: &str, text: impl Display) -> String {
        if self.is_terminal { format!("{style}{text}{PLAIN}") } else { text.to_string() }
    }
}

fn row_text(row: &[String], columns: &[(&str, Align)], widths: &[usize]) -> String {
    let mut text = String::new();
    for (index, ((_, align), &width)) in columns.iter().zip(widths).enumerate() {
        let cell = row.get(index).map(String::as_str).unwrap_or_default();
        let gap = " ".repeat(width.saturating_sub(width_of(cell)));
        match align {
            Align::Left => text.extend([cell, gap.as_str()]),
            Align::Right => text.extend([gap.as_str(), cell]),
        }
        text.push_str("  ");
    }
    text.trim_end().to_owned()
}

/// Columns that a text takes on a terminal, escape sequences not counted.
fn width_of(text: &str) -> usize {
    let mut width = 0;
    let mut is_escape = false;
    for character in text.chars() {
        match character {
            '\u{1b}' => is_escape = true,
            'm' if is_escape => is_escape = false,
            _ if is_escape => {}
            _ => width += 1,
        }
    }
    width
}
