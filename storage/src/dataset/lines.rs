//! Lines of a file, in bounded memory, with their place in it.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
};

use super::{ImportError, files::SourceFile};

/// Longest line in bytes.
pub(super) const LINE_BYTES_MAX: u64 = 16 << 20;
const BUFFER_BYTES: usize = 256 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a file line by line. A line has no `\n` or `\r\n` at its end; a byte order mark at the start is
/// left out.
pub(super) struct Lines<'a> {
    file: &'a SourceFile,
    reader: BufReader<File>,
    line: Vec<u8>,
    number: u64,
    offset: u64,
    line_offset: u64,
    seen: blake3::Hasher,
}

impl<'a> Lines<'a> {
    pub(super) fn open(file: &'a SourceFile) -> Result<Self, ImportError> {
        let opened = File::open(&file.path).map_err(|source| file.read_error(source))?;
        Ok(Self {
            file,
            reader: BufReader::with_capacity(BUFFER_BYTES, opened),
            line: Vec::new(),
            number: 0,
            offset: 0,
            line_offset: 0,
            seen: blake3::Hasher::new(),
        })
    }

    /// The next line and its number, counted from 1.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, ImportError> {
        self.line.clear();
        // One more than allowed tells a line that is too long from one that just fits.
        let mut limited = (&mut self.reader).take(LINE_BYTES_MAX + 2);
        let read = limited.read_until(b'\n', &mut self.line).map_err(|source| self.file.read_error(source))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.line_offset = self.offset;
        self.offset += read as u64;
        self.seen.update(&self.line);
        let mut line = self.line.as_slice();
        line = line.strip_suffix(b"\n").unwrap_or(line);
        line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() as u64 > LINE_BYTES_MAX {
            return Err(ImportError::LineTooLong { path: self.file.path.clone(), line: self.number });
        }
        if self.number == 1 {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        match std::str::from_utf8(line) {
            Ok(text) => Ok(Some((self.number, text))),
            Err(error) => {
                let before = line.as_ptr() as usize - self.line.as_ptr() as usize;
                Err(ImportError::NotUtf8 {
                    path: self.file.path.clone(),
                    line: self.number,
                    offset: self.line_offset + (before + error.valid_up_to()) as u64,
                })
            }
        }
    }

    /// Bytes read so far.
    pub(super) const fn read_bytes(&self) -> u64 {
        self.offset
    }

    /// Hash of the bytes read so far, by which a second reading is known to be of the same file.
    pub(super) fn seen(&self) -> blake3::Hash {
        self.seen.finalize()
    }
}
