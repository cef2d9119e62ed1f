//! What a job consumed, written down before the training step that uses it.
//!
//! The journal `usage.jsonl` in the job's directory is append-only: a killed trainer loses no record. One that
//! is started again is the next attempt; what it reads again stands in rows of its own, which the usage crate
//! charges once. A last line that was cut off by the kill is dropped: its shard had not been handed out yet.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use usufruct_types::{BlobHash, JobId, VersionId};
use usufruct_usage::{UsageKey, UsageRow};

/// Name of the journal in a job's directory.
pub const JOURNAL: &str = "usage.jsonl";

/// Largest journal that is read: some million shards.
const JOURNAL_BYTES_MAX: u64 = 1 << 30;

/// A journal that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecorderError {
    /// It cannot be read or written.
    #[error("cannot {verb} the usage journal {}", path.display())]
    Io {
        /// `read` or `write`.
        verb: &'static str,
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is larger than any job's.
    #[error("the usage journal {} is larger than 1 GiB", path.display())]
    TooLarge {
        /// The journal.
        path: PathBuf,
    },
    /// A line is not one of ours.
    #[error("line {line} of the usage journal {} is damaged", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// It is the journal of another job.
    #[error("the usage journal {} belongs to job {found}, not to {expected}", path.display())]
    OtherJob {
        /// The journal.
        path: PathBuf,
        /// Whose directory it should be.
        expected: JobId,
        /// Whose it is.
        found: JobId,
    },
}

/// A shard that is about to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// The version read.
    pub version: VersionId,
    /// Position of the shard in it.
    pub ordinal: u64,
    /// BLAKE3 of the shard.
    pub shard: BlobHash,
    /// Number of the pass, from 0.
    pub pass: u32,
    /// Records of the shard.
    pub records: u64,
    /// Tokens of the shard.
    pub tokens: u64,
    /// Bytes of the shard.
    pub bytes: u64,
}

/// The usage of one job by one rank.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    file: File,
    job: JobId,
    rank: u32,
    attempt: u32,
    /// Sequence number of the next commitment.
    sequence: u64,
    /// Rows since the job opened; those of the next commitment have its sequence number.
    rows: BTreeMap<UsageKey, UsageRow>,
    /// Key of the row that training still uses, so that its last step can be told.
    current: Option<UsageKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Line {
    /// The trainer was started.
    Opened { job: JobId, attempt: u32 },
    /// A shard is about to be used, or has been: a later line of the same shard, pass and attempt counts.
    Row(Row),
    /// Everything above is on chain.
    Committed { sequence: u64, log: BlobHash },
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    version: VersionId,
    ordinal: u64,
    shard: BlobHash,
    pass: u32,
    attempt: u32,
    rank: u32,
    first_step: u64,
    last_step: u64,
    records: u64,
    tokens: u64,
    bytes: u64,
    logged_at: i64,
}

impl Recorder {
    /// Opens the journal of a job in its directory, as the next attempt.
    pub fn open(dir: &Path, job: JobId, rank: u32) -> Result<Self, RecorderError> {
        let path = dir.join(JOURNAL);
        let read = |source| RecorderError::Io { verb: "read", path: path.clone(), source };
        std::fs::create_dir_all(dir).map_err(read)?;
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(read)?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(JOURNAL_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(read)?;
        if bytes.len() as u64 > JOURNAL_BYTES_MAX {
            return Err(RecorderError::TooLarge { path });
        }
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let write = |source| RecorderError::Io { verb: "write", path: path.clone(), source };
        file.set_len(whole as u64).and_then(|()| file.seek(io::SeekFrom::End(0))).map_err(write)?;

        let mut recorder =
            Self { path, file, job, rank, attempt: 0, sequence: 1, rows: BTreeMap::new(), current: None };
        for (index, line) in bytes[..whole].split(|&byte| byte == b'\n').enumerate() {
            if !line.is_empty() {
                recorder.replay(index + 1, line)?;
            }
        }
        recorder.append(&Line::Opened { job, attempt: recorder.attempt })?;
        Ok(recorder)
    }

    /// Writes down that a shard is about to be used at training step `step`.
    pub fn record(&mut self, consumed: &Consumed, step: u64, logged_at: i64) -> Result<(), RecorderError> {
        self.finish_current(step)?;
        let &Consumed { version, ordinal, shard, pass, records, tokens, bytes } = consumed;
        let (attempt, rank) = (self.attempt, self.rank);
        let row = Row {
            version,
            ordinal,
            shard,
            pass,
            attempt,
            rank,
            first_step: step,
            last_step: step,
            records,
            tokens,
            bytes,
            logged_at,
        };
        self.append(&Line::Row(row))?;
        self.current = Some(self.keep(&row));
        Ok(())
    }

    /// All rows since the job opened, in the order of a usage log. `step` is the next step to be taken.
    pub fn rows(&mut self, step: u64) -> Result<Vec<UsageRow>, RecorderError> {
        self.finish_current(step)?;
        Ok(self.rows.values().copied().collect())
    }

    /// Sequence number of the next commitment.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Takes note that all rows so far are on chain, the last of them under `log`.
    pub fn committed(&mut self, log: BlobHash) -> Result<(), RecorderError> {
        self.append(&Line::Committed { sequence: self.sequence, log })?;
        self.current = None;
        self.sequence += 1;
        Ok(())
    }

    /// The shard in use was in use up to and including step `step - 1`, or `step` where it began there.
    fn finish_current(&mut self, step: u64) -> Result<(), RecorderError> {
        let Some(key) = self.current.take() else { return Ok(()) };
        let Some(row) = self.rows.get_mut(&key) else { return Ok(()) };
        let last_step = step.saturating_sub(1).max(row.first_step);
        if last_step == row.last_step {
            return Ok(());
        }
        row.last_step = last_step;
        let line = Line::Row(journal_row(row));
        self.append(&line)
    }

    fn replay(&mut self, line: usize, text: &[u8]) -> Result<(), RecorderError> {
        let damaged = |source| RecorderError::Damaged { path: self.path.clone(), line, source };
        match serde_json::from_slice(text).map_err(damaged)? {
            Line::Opened { job, attempt } => {
                if job != self.job {
                    return Err(RecorderError::OtherJob { path: self.path.clone(), expected: self.job, found: job });
                }
                self.attempt = attempt.saturating_add(1);
            }
            Line::Row(row) => {
                self.keep(&row);
            }
            Line::Committed { sequence, .. } => self.sequence = sequence.saturating_add(1),
        }
        Ok(())
    }

    /// A later row of the same key is the same reading, further on.
    fn keep(&mut self, row: &Row) -> UsageKey {
        let row = self.usage_row(row);
        self.rows.insert(row.key(), row);
        row.key()
    }

    fn append(&mut self, line: &Line) -> Result<(), RecorderError> {
        let io = |source| RecorderError::Io { verb: "write", path: self.path.clone(), source };
        let mut text = serde_json::to_vec(line).map_err(|error| io(error.into()))?;
        text.push(b'\n');
        // One write a line: the operating system keeps it even if this process is killed right after.
        self.file.write_all(&text).map_err(io)
    }

    fn usage_row(&self, row: &Row) -> UsageRow {
        UsageRow {
            job: self.job,
            sequence: self.sequence,
            version: row.version,
            ordinal: row.ordinal,
            shard: row.shard,
            pass: row.pass,
            attempt: row.attempt,
            rank: row.rank,
            first_step: row.first_step,
            last_step: row.last_step,
            records: row.records,
            tokens: row.tokens,
            bytes: row.bytes,
            logged_at: row.logged_at,
        }
    }
}

const fn journal_row(row: &UsageRow) -> Row {
    Row {
        version: row.version,
        ordinal: row.ordinal,
        shard: row.shard,
        pass: row.pass,
        attempt: row.attempt,
        rank: row.rank,
        first_step: row.first_step,
        last_step: row.last_step,
        records: row.records,
        tokens: row.tokens,
        bytes: row.bytes,
        logged_at: row.logged_at,
    }
}

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
