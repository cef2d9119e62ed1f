//! Logs and trees, written, read, counted and attacked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hostile;
mod logs;
mod rows;
mod size;
mod totals;
mod trees;
