//! Parquet files of others, read row group by row group.
//!
//! A shard is held to what our writer does; these only to what keeps memory bounded: the structure is walked
//! first, and batches are sized by what a row takes.

use std::fs::File;

use arrow::{array::RecordBatch, datatypes::SchemaRef, error::ArrowError};
use parquet::{
    arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    },
    errors::ParquetError,
};

use super::{ImportError, files::SourceFile};
use crate::{
    pages::{self, PageLimits, PagesError},
    shard::ReadLimits,
};

/// Largest page, unpacked.
const UNPACKED_PAGE_BYTES_MAX: u64 = 256 << 20;

/// A Parquet file that is being read.
pub(super) struct Rows<'a> {
    file: &'a SourceFile,
    opened: File,
    metadata: ArrowReaderMetadata,
    row_group: usize,
    batches: Option<ParquetRecordBatchReader>,
}

impl<'a> Rows<'a> {
    pub(super) fn open(file: &'a SourceFile) -> Result<Self, ImportError> {
        let opened = File::open(&file.path).map_err(|source| file.read_error(source))?;
        let limits = |source: PagesError| ImportError::ParquetLimits { path: file.path.clone(), source };
        pages::check_footer(&opened, ReadLimits::default().columns_max).map_err(limits)?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata =
            ArrowReaderMetadata::load(&opened, options).map_err(|source| parquet_error(file, None, source))?;
        // The sum is as large as the file is; it is the single page that is unpacked at once.
        let sum = PageLimits {
            unpacked_bytes_max: u64::MAX,
            unpacked_page_bytes_max: UNPACKED_PAGE_BYTES_MAX,
            values_max: u64::MAX,
            allows_dictionaries: true,
        };
        pages::check_pages(&opened, metadata.metadata(), &sum).map_err(limits)?;
        Ok(Self { file, opened, metadata, row_group: 0, batches: None })
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// Bytes of the row groups that were read.
    pub(super) fn read_bytes(&self) -> u64 {
        let done = self.row_group.saturating_sub(usize::from(self.batches.is_some()));
        let groups = self.metadata.metadata().row_groups().iter().take(done);
        groups.map(|group| u64::try_from(group.compressed_size()).unwrap_or(0)).sum()
    }

    /// The next batch; `None` at the end.
    pub(super) fn batch(&mut self, rows_max: usize, bytes_max: usize) -> Result<Option<RecordBatch>, ImportError> {
        loop {
            if let Some(batches) = &mut self.batches {
                match batches.next() {
                    Some(Ok(batch)) => return Ok(Some(batch)),
                    Some(Err(error)) => {
                        let at = Some(self.row_group - 1);
                        return Err(parquet_error(self.file, at, of_arrow(error)));
                    }
                    None => self.batches = None,
                }
            }
            let Some(group) = self.metadata.metadata().row_groups().get(self.row_group) else {
                return Ok(None);
            };
            let rows = u64::try_from(group.num_rows()).unwrap_or(0).max(1);
            let row_bytes = u64::try_from(group.total_byte_size()).unwrap_or(0) / rows + 1;
            let rows = (bytes_max as u64 / row_bytes).clamp(1, rows_max as u64) as usize;
            let failed = |source| parquet_error(self.file, Some(self.row_group), source);
            let opened = self.opened.try_clone().map_err(|source| self.file.read_error(source))?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, self.metadata.clone());
            let batches = builder.with_row_groups(vec![self.row_group]).with_batch_size(rows).build();
            self.batches = Some(batches.map_err(failed)?);
            self.row_group += 1;
        }
    }
}

fn parquet_error(file: &SourceFile, row_group: Option<usize>, source: ParquetError) -> ImportError {
    ImportError::Parquet { path: file.path.clone(), row_group, source }
}

fn of_arrow(error: ArrowError) -> ParquetError {
    ParquetError::ArrowError(error.to_string())
}
