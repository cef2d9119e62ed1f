//! Checks of a Parquet file that come before the Parquet library sees it.
//!
//! After [`check_footer`] the metadata can be parsed, and after [`check_pages`] every page can be read, within
//! the memory that [`Limits`] states: no list, dictionary or page claims more than it is allowed.

use parquet::file::{metadata::ParquetMetaData, reader::ChunkReader};

use crate::{
    Limits, UsageError,
    thrift::{self, Found},
};

const MAGIC: &[u8] = b"PAR1";
/// Footer length and magic.
const TAIL_BYTES: u64 = 8;
/// Ours are below 64 bytes; others may hold statistics.
const PAGE_HEADER_BYTES: u64 = 4096;

pub(crate) fn over(what: &'static str, found: u64, limit: u64) -> Result<(), UsageError> {
    if found > limit { Err(UsageError::OverLimit { what, found, limit }) } else { Ok(()) }
}

pub(crate) fn malformed<T>(problem: impl Into<String>) -> Result<T, UsageError> {
    Err(UsageError::Malformed { problem: problem.into() })
}

fn bytes(source: &impl ChunkReader, start: u64, length: u64) -> Result<bytes::Bytes, UsageError> {
    let length = usize::try_from(length).or_else(|_| malformed("it is larger than memory"))?;
    source.get_bytes(start, length).map_err(|source| UsageError::Parquet { doing: "read", source })
}

/// Checks sizes, magic numbers and the structure of the footer.
pub(crate) fn check_footer(source: &impl ChunkReader, limits: &Limits) -> Result<(), UsageError> {
    let size = source.len();
    over("the size of the file in bytes", size, limits.file_bytes)?;
    let least = MAGIC.len() as u64 + TAIL_BYTES;
    if size < least {
        return malformed(format!("it has {size} bytes, and a Parquet file at least {least}"));
    }
    let tail = bytes(source, size - TAIL_BYTES, TAIL_BYTES)?;
    if bytes(source, 0, 4)? != MAGIC || tail[4..] != *MAGIC {
        return malformed("it does not start and end with PAR1");
    }
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    over("the size of the footer in bytes", length, limits.footer_bytes)?;
    if length > size - least {
        return malformed("its footer is longer than the file");
    }
    let footer = bytes(source, size - TAIL_BYTES - length, length)?;
    let mut row_groups = 0;
    let walked = thrift::walk(&footer, &mut |path, found| {
        if let ([4], Found::List(count)) = (path, found) {
            row_groups = count.max(row_groups);
            if count > limits.row_groups {
                return Err("it has too many row groups");
            }
        }
        Ok(())
    });
    over("the number of row groups", row_groups, limits.row_groups)?;
    match walked {
        Ok(_) => Ok(()),
        Err(problem) => malformed(format!("in the footer, {problem}")),
    }
}

/// Walks all page headers: sizes after decompression, values of dictionaries and rows must be what
/// they may be. `metadata` is of a file that passed [`check_footer`].
pub(crate) fn check_pages(
    source: &impl ChunkReader,
    metadata: &ParquetMetaData,
    limits: &Limits,
) -> Result<(), UsageError> {
    let mut rows = 0_u64;
    let mut uncompressed = 0_u64;
    for group in metadata.row_groups() {
        let Ok(of_group) = u64::try_from(group.num_rows()) else {
            return malformed("a row group has a negative number of rows");
        };
        rows = rows.saturating_add(of_group);
        over("the number of rows", rows, limits.rows)?;
        for column in group.columns() {
            if column.file_path().is_some() {
                return malformed("a column is in another file");
            }
            let starts =
                [Some(column.data_page_offset()), column.dictionary_page_offset(), Some(column.compressed_size())];
            if starts.into_iter().flatten().any(|offset| offset < 0) {
                return malformed("a column has a negative offset");
            }
            let range = column.byte_range();
            uncompressed = uncompressed.saturating_add(check_column(source, range, of_group, limits)?);
            over("the size of all pages in bytes", uncompressed, limits.uncompressed_bytes)?;
        }
    }
    if u64::try_from(metadata.file_metadata().num_rows()) != Ok(rows) {
        return malformed("its row groups do not have as many rows as its footer says");
    }
    let allowed = limits.ratio.saturating_mul(source.len()).max(1 << 20);
    over("the size of all pages in bytes, against the size of the file", uncompressed, allowed)
}

/// Walks the pages of a column chunk and returns their size after decompression.
fn check_column(
    source: &impl ChunkReader,
    (start, length): (u64, u64),
    rows: u64,
    limits: &Limits,
) -> Result<u64, UsageError> {
    let Some(end) = start.checked_add(length).filter(|&end| end <= source.len()) else {
        return malformed("a column ends after the file");
    };
    let (mut offset, mut values, mut uncompressed) = (start, 0_u64, 0_u64);
    while offset < end {
        let header = bytes(source, offset, PAGE_HEADER_BYTES.min(end - offset))?;
        let page = Page::parse(&header)?;
        over("the size of a page in bytes", page.uncompressed, limits.page_bytes)?;
        // An entry of a dictionary takes a byte or more; values of data pages are rows, as nothing nests.
        if page.dictionary_values > page.uncompressed {
            return malformed("a dictionary claims more values than it has bytes");
        }
        values = values.saturating_add(page.values);
        uncompressed = uncompressed.saturating_add(page.uncompressed);
        offset = offset.saturating_add(page.header).saturating_add(page.compressed);
    }
    if offset != end {
        return malformed("a page ends after its column");
    }
    if values != rows {
        return malformed(format!("a column has {values} values for {rows} rows"));
    }
    Ok(uncompressed)
}

/// What a page header says, each the largest of its occurrences.
#[derive(Default)]
struct Page {
    header: u64,
    uncompressed: u64,
    compressed: u64,
    values: u64,
    dictionary_values: u64,
}

impl Page {
    fn parse(bytes: &[u8]) -> Result<Self, UsageError> {
        let mut page = Self::default();
        let walked = thrift::walk(bytes, &mut |path, found| {
            let Found::Integer(value) = found else { return Ok(()) };
            let field = match path {
                [2] => &mut page.uncompressed,
                [3] => &mut page.compressed,
                [5 | 8, 1] => &mut page.values,
                [7, 1] => &mut page.dictionary_values,
                _ => return Ok(()),
            };
            let value = u64::try_from(value).map_err(|_| "a size is negative")?;
            *field = value.max(*field);
            Ok(())
        });
        match walked {
            Ok(length) => {
                page.header = length as u64;
                Ok(page)
            }
            Err(problem) => malformed(format!("in the header of a page, {problem}")),
        }
    }
}
