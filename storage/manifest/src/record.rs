//! Canonical bytes and hash of a record: what it says, independent of the container it came in.
//!
//! # Encoding, version 1
//!
//! A record is the byte `01` (the version), its fields, and the byte `00`. A field is the length of its name as
//! a varint, the name, and a value. **Fields are ascending by the bytes of their names, and a field
//! whose value is null is left out**: neither the order of columns nor an absent column changes a record.
//! A varint is unsigned LEB128. A value is a tag and a payload:
//!
//! | tag | value | payload |
//! | --- | --- | --- |
//! | `00` | null, inside a list only | nothing |
//! | `01` | boolean | `00` or `01` |
//! | `02` | integer of any width | *int*: one byte n, then n bytes, the shortest big-endian two's complement; 0 has n = 0 |
//! | `03` | float of any width, widened to 64 bits | 8 bytes big endian; every NaN is `7ff8000000000000`, -0 is 0 |
//! | `04` | text | length in bytes as a varint, UTF-8 as it is (no Unicode normalisation) |
//! | `05` | bytes | length as a varint, the bytes |
//! | `06` | decimal `m * 10^-s`, m with no trailing decimal zero | s as an *int*, m as an *int*; 0 has s = 0 |
//! | `07` | date | days since 1970-01-01 as an *int* |
//! | `08` | instant | nanoseconds since 1970-01-01T00:00:00Z as an *int* |
//! | `09` | local time stamp, without a zone | nanoseconds since 1970-01-01T00:00:00 as an *int* |
//! | `0a` | time of day | nanoseconds since midnight as an *int* |
//! | `0b` | list | number of elements as a varint, the values |
//! | `0c` | structure | its fields as in a record, `00` |
//!
//! The hash is BLAKE3 of these bytes. Their number is the record's *canonical size*, by which chunks and
//! shards are cut.

use usufruct_types::B256;

/// What the encoder says of a finished record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its canonical hash.
    pub hash: B256,
    /// Number of its canonical bytes.
    pub size_bytes: u64,
}

const VERSION: u8 = 1;
const END: u8 = 0;

/// Takes the values of records one after the other and hashes each record.
///
/// The caller keeps the order: for every field [`RecordEncoder::field`] and then one value, fields ascending by name, nulls
/// left out; a list is its length and then its elements; a structure ends with
/// [`RecordEncoder::end_structure`].
///
/// ```
/// use usufruct_manifest::record::RecordEncoder;
///
/// let mut encoder = RecordEncoder::new();
/// encoder.field("id").integer(7);
/// encoder.field("tags").list(2).text("a").null();
/// let record = encoder.finish();
/// assert_eq!(record.size_bytes, 1 + (1 + 2 + 3) + (1 + 4 + 2 + 3 + 1) + 1);
/// // The encoder is ready for the next record.
/// encoder.field("id").integer(7);
/// encoder.field("tags").list(2).text("a").null();
/// assert_eq!(encoder.finish(), record);
/// ```
#[derive(Clone, Debug)]
pub struct RecordEncoder {
    bytes: Vec<u8>,
}

impl Default for RecordEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordEncoder {
    /// An encoder at the start of a record.
    pub fn new() -> Self {
        Self { bytes: vec![VERSION] }
    }

    /// Names the next field; its value follows.
    ///
    /// # Panics
    ///
    /// An empty name cannot be told from the end of a record.
    pub fn field(&mut self, name: &str) -> &mut Self {
        assert!(!name.is_empty(), "a field has a name");
        self.sized(name.as_bytes())
    }

    /// The absent element of a list. A field that is null is left out instead.
    pub fn null(&mut self) -> &mut Self {
        self.tag(0x00)
    }

    /// A boolean.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.tag(0x01).tag(u8::from(value))
    }

    /// An integer of any width.
    pub fn integer(&mut self, value: i128) -> &mut Self {
        self.tag(0x02).int(&value.to_be_bytes())
    }

    /// A float of any width, widened.
    pub fn float(&mut self, value: f64) -> &mut Self {
        let bits = if value.is_nan() {
            0x7ff8_0000_0000_0000
        } else if value == 0.0 {
            0
        } else {
            value.to_bits()
        };
        self.tag(0x03);
        self.bytes.extend_from_slice(&bits.to_be_bytes());
        self
    }

    /// A text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.tag(0x04).sized(value.as_bytes())
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.tag(0x05).sized(value)
    }

    /// A decimal: `unscaled * 10^-scale`, the unscaled integer as big-endian two's complement of at most 32 bytes.
    pub fn decimal(&mut self, unscaled: [u8; 32], scale: i8) -> &mut Self {
        let (unscaled, scale) = normal_decimal(unscaled, scale);
        self.tag(0x06).int(&scale.to_be_bytes()).int(&unscaled)
    }

    /// A date, in days since 1970-01-01.
    pub fn date(&mut self, days: i32) -> &mut Self {
        self.tag(0x07).int(&days.to_be_bytes())
    }

    /// An instant, in nanoseconds since 1970-01-01T00:00:00Z.
    pub fn instant(&mut self, nanoseconds: i128) -> &mut Self {
        self.tag(0x08).int(&nanoseconds.to_be_bytes())
    }

    /// A time stamp without a zone, in nanoseconds since 1970-01-01T00:00:00 on its own clock.
    pub fn local_timestamp(&mut self, nanoseconds: i128) -> &mut Self {
        self.tag(0x09).int(&nanoseconds.to_be_bytes())
    }

    /// A time of day, in nanoseconds since midnight.
    pub fn time_of_day(&mut self, nanoseconds: i64) -> &mut Self {
        self.tag(0x0a).int(&nanoseconds.to_be_bytes())
    }

    /// Begins a list of `length` values, which follow.
    pub fn list(&mut self, length: u64) -> &mut Self {
        self.tag(0x0b).varint(length)
    }

    /// Begins a structure; its fields follow, then [`RecordEncoder::end_structure`].
    pub fn structure(&mut self) -> &mut Self {
        self.tag(0x0c)
    }

    /// Ends a structure.
    pub fn end_structure(&mut self) -> &mut Self {
        self.tag(END)
    }

    /// The canonical bytes so far, without the end of the record. For test vectors and for those who port this.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Ends the record and stands at the start of the next one.
    pub fn finish(&mut self) -> Record {
        self.bytes.push(END);
        let record =
            Record { hash: B256::new(*blake3::hash(&self.bytes).as_bytes()), size_bytes: self.bytes.len() as u64 };
        self.bytes.truncate(1);
        record
    }

    fn tag(&mut self, tag: u8) -> &mut Self {
        self.bytes.push(tag);
        self
    }

    fn sized(&mut self, value: &[u8]) -> &mut Self {
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
        self
    }

    fn varint(&mut self, mut value: u64) -> &mut Self {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
        self
    }

    /// The shortest form of a two's complement: leading bytes that only repeat the sign are dropped.
    fn int(&mut self, big_endian: &[u8]) -> &mut Self {
        let sign = if big_endian[0] & 0x80 == 0 { 0x00 } else { 0xff };
        let mut start = 0;
        while start < big_endian.len()
            && big_endian[start] == sign
            && big_endian.get(start + 1).map_or(sign == 0, |next| (next ^ sign) & 0x80 == 0)
        {
            start += 1;
        }
        let shortest = &big_endian[start..];
        self.bytes.push(shortest.len() as u8);
        self.bytes.extend_from_slice(shortest);
        self
    }
}

/// Divides by ten as long as nothing is lost; zero has scale 0.
fn normal_decimal(unscaled: [u8; 32], scale: i8) -> ([u8; 32], i32) {
    use alloy_primitives::I256;

    let ten = I256::try_from(10).expect("ten fits 256 bits");
    let mut value = I256::from_be_bytes::<32>(unscaled);
    if value.is_zero() {
        return (unscaled, 0);
    }
    let mut scale = i32::from(scale);
    while (value % ten).is_zero() {
        value /= ten;
        scale -= 1;
    }
    (value.to_be_bytes::<32>(), scale)
}
