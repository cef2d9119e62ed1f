/// How much a file may ask of us before it is refused.
///
/// The defaults fit a job of some hundred million rows a day on a small machine. They bound memory
/// and time by themselves, whatever the bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes.
    pub file_bytes: u64,
    /// Size of the Parquet footer in bytes.
    pub footer_bytes: u64,
    /// Rows in all.
    pub rows: u64,
    /// Row groups.
    pub row_groups: u64,
    /// Size of one page after decompression, in bytes.
    pub page_bytes: u64,
    /// Size of all pages after decompression, in bytes.
    pub uncompressed_bytes: u64,
    /// How often larger all pages may be than the file, counted from 1 MiB on (short runs compress without bound).
    pub ratio: u64,
    /// Distinct ranks that read one shard in one pass.
    pub ranks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 1 << 30,
            footer_bytes: 4 << 20,
            rows: 100_000_000,
            row_groups: 1_024,
            page_bytes: 16 << 20,
            uncompressed_bytes: 8 << 30,
            ratio: 200,
            ranks: 65_536,
        }
    }
}
