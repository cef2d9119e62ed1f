//! Records into shards: hash, cut, write.

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use usufruct_manifest::{
    LogicalHasher,
    cut::{Cut, Cutter, ShardTarget},
    record::RecordEncoder,
};
use usufruct_types::{Address, B256};

use super::{ImportError, SchemaConflict, files::SourceFile};
use crate::{columns::BatchEncoder, shard};

/// Largest record in canonical bytes.
pub(super) const RECORD_BYTES_MAX: u64 = 32 << 20;
/// What an absent field counts when shards are cut. It takes none in the canonical form, yet some
/// in memory: a thousand sparse columns must not make a shard that no memory holds.
pub(super) const ABSENT_BYTES: u64 = 4;

/// A finished shard.
pub(super) struct Sealed {
    pub(super) bytes: Bytes,
    pub(super) logical: B256,
    pub(super) sha256: B256,
    pub(super) records: u64,
    pub(super) tokens: u64,
    pub(super) contributor: Option<Address>,
}

/// Takes batches and gives shards.
pub(super) struct Packer<'a> {
    schema: SchemaRef,
    is_content: fn(&str) -> bool,
    cutter: Cutter,
    encoder: RecordEncoder,
    pending: Vec<RecordBatch>,
    logical: LogicalHasher,
    records: u64,
    tokens: u64,
    contributor: Option<Address>,
    emit: &'a mut dyn FnMut(Sealed) -> Result<(), ImportError>,
}

impl<'a> Packer<'a> {
    pub(super) fn new(
        schema: SchemaRef,
        is_content: fn(&str) -> bool,
        target: ShardTarget,
        emit: &'a mut dyn FnMut(Sealed) -> Result<(), ImportError>,
    ) -> Self {
        Self {
            schema,
            is_content,
            cutter: Cutter::new(target),
            encoder: RecordEncoder::new(),
            pending: Vec::new(),
            logical: LogicalHasher::new(),
            records: 0,
            tokens: 0,
            contributor: None,
            emit,
        }
    }

    /// Says whose the records from here on are. A shard has one contributor.
    pub(super) fn begin(&mut self, contributor: Option<Address>) -> Result<(), ImportError> {
        if contributor != self.contributor {
            self.seal()?;
            self.contributor = contributor;
        }
        Ok(())
    }

    /// Takes the next records of a file; `first_record` is the number of the first of them in it, from 0.
    pub(super) fn push(
        &mut self,
        file: &SourceFile,
        first_record: u64,
        batch: &RecordBatch,
    ) -> Result<(), ImportError> {
        let encoder = BatchEncoder::new(batch, self.is_content).map_err(|unsupported| ImportError::Schema {
            path: file.path.clone(),
            column: unsupported.column,
            conflict: SchemaConflict::Unsupported { data_type: unsupported.data_type },
        })?;
        let mut start = 0;
        for row in 0..batch.num_rows() {
            let (record, tally) = encoder.record(row, &mut self.encoder);
            if record.size_bytes > RECORD_BYTES_MAX {
                return Err(ImportError::RecordTooLarge {
                    path: file.path.clone(),
                    record: first_record + row as u64 + 1,
                    size_bytes: record.size_bytes,
                    size_bytes_max: RECORD_BYTES_MAX,
                });
            }
            self.logical.add(&record.hash);
            self.records += 1;
            self.tokens += tally.tokens;
            let size = record.size_bytes + ABSENT_BYTES * tally.absent;
            if self.cutter.add(&record.hash, size) == Cut::Shard {
                self.pending.push(batch.slice(start, row + 1 - start));
                start = row + 1;
                self.seal()?;
            }
        }
        if start < batch.num_rows() {
            self.pending.push(batch.slice(start, batch.num_rows() - start));
        }
        Ok(())
    }

    /// Ends the shard here. Without records there is none to end.
    pub(super) fn seal(&mut self) -> Result<(), ImportError> {
        self.cutter.reset();
        if self.records == 0 {
            return Ok(());
        }
        let batches = std::mem::take(&mut self.pending);
        let bytes = shard::write(&self.schema, &batches).map_err(ImportError::Shard)?;
        drop(batches);
        let sealed = Sealed {
            sha256: B256::from_slice(&Sha256::digest(&bytes)),
            bytes: bytes.into(),
            logical: std::mem::take(&mut self.logical).finish(),
            records: std::mem::take(&mut self.records),
            tokens: std::mem::take(&mut self.tokens),
            contributor: self.contributor,
        };
        (self.emit)(sealed)
    }
}
