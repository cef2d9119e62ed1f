//! Just enough of Thrift's compact protocol to look at what a Parquet file claims before a full
//! parser believes it. Every length is checked against the bytes that are left.

/// Deepest nesting that is followed.
const DEPTH_MAX: u8 = 12;

/// Bytes that are not Thrift, or claim more than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A field of a structure: its id and how its value is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldHeader {
    pub(crate) id: i16,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Byte,
    /// 16, 32 or 64 bits, all zigzag varints.
    Integer,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

/// Reads from the front of a slice.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Bytes read so far.
    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.position
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = *self.bytes.get(self.position).ok_or(Malformed)?;
        self.position += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    pub(crate) fn integer(&mut self) -> Result<i64, Malformed> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn skip_bytes(&mut self, count: u64) -> Result<(), Malformed> {
        let count = usize::try_from(count).map_err(|_| Malformed)?;
        if count > self.left() {
            return Err(Malformed);
        }
        self.position += count;
        Ok(())
    }

    /// The next field of a structure, `None` at its end.
    pub(crate) fn field(&mut self, previous: &mut i16) -> Result<Option<FieldHeader>, Malformed> {
        let byte = self.byte()?;
        if byte & 0x0f == 0 {
            return Ok(None);
        }
        let id = match byte >> 4 {
            0 => i16::try_from(self.integer()?).map_err(|_| Malformed)?,
            delta => previous.checked_add(i16::from(delta)).ok_or(Malformed)?,
        };
        *previous = id;
        Ok(Some(FieldHeader { id, kind: kind(byte & 0x0f)? }))
    }

    /// Length and kind of the elements of a list. Every element takes a byte or more, so a length beyond the
    /// bytes left is a lie.
    pub(crate) fn list(&mut self) -> Result<(usize, Kind), Malformed> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok((0, Kind::Byte));
        }
        let length = match byte >> 4 {
            15 => usize::try_from(self.varint()?).map_err(|_| Malformed)?,
            short => usize::from(short),
        };
        if length > self.left() {
            return Err(Malformed);
        }
        Ok((length, kind(byte & 0x0f)?))
    }

    /// Passes over a value.
    pub(crate) fn skip(&mut self, kind: Kind) -> Result<(), Malformed> {
        self.skip_within(kind, DEPTH_MAX)
    }

    fn skip_within(&mut self, of: Kind, depth: u8) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        match of {
            // The value of a boolean field is in its header.
            Kind::Bool => Ok(()),
            Kind::Byte => self.skip_bytes(1),
            Kind::Integer => self.varint().map(drop),
            Kind::Double => self.skip_bytes(8),
            Kind::Binary => {
                let length = self.varint()?;
                self.skip_bytes(length)
            }
            Kind::List => {
                let (length, element) = self.list()?;
                for _ in 0..length {
                    match element {
                        Kind::Bool => self.skip_bytes(1)?,
                        element => self.skip_within(element, depth)?,
                    }
                }
                Ok(())
            }
            Kind::Map => {
                let length = self.varint()?;
                if length == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                let (key, value) = (kind(kinds >> 4)?, kind(kinds & 0x0f)?);
                for _ in 0..length {
                    self.skip_within(key, depth)?;
                    self.skip_within(value, depth)?;
                    if self.left() == 0 {
                        return Err(Malformed);
                    }
                }
                Ok(())
            }
            Kind::Struct => {
                let mut previous = 0;
                while let Some(field) = self.field(&mut previous)? {
                    self.skip_within(field.kind, depth)?;
                }
                Ok(())
            }
        }
    }
}

fn kind(code: u8) -> Result<Kind, Malformed> {
    Ok(match code {
        1 | 2 => Kind::Bool,
        3 => Kind::Byte,
        4..=6 => Kind::Integer,
        7 => Kind::Double,
        8 => Kind::Binary,
        9 | 10 => Kind::List,
        11 => Kind::Map,
        12 => Kind::Struct,
        _ => return Err(Malformed),
    })
}
