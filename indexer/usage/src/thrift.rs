//! A walk over Thrift's compact form that allocates nothing.
//!
//! The Parquet library reserves memory for as many list elements as a footer claims, before it reads
//! them: ten bytes can ask for gigabytes. So footers and page headers are walked here first.

/// Structures nest to about six levels in Parquet; more is an attack on the stack.
const MAX_DEPTH: usize = 16;

/// A number or the length of a list, as the walk meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Value of an integer field.
    Integer(i64),
    /// Number of elements of a list.
    List(u64),
}

/// Gets the field ids from the outside in, and what is there; may refuse it.
pub(crate) type Visit<'a> = dyn FnMut(&[i16], Found) -> Result<(), &'static str> + 'a;

/// Walks one structure at the start of `bytes`; elements of a list have the ids of the list. Returns the length of the structure.
pub(crate) fn walk(bytes: &[u8], visit: &mut Visit<'_>) -> Result<usize, &'static str> {
    let mut walker = Walker { bytes, offset: 0, path: Vec::with_capacity(MAX_DEPTH), visit };
    walker.structure()?;
    Ok(walker.offset)
}

struct Walker<'a, 'v> {
    bytes: &'a [u8],
    offset: usize,
    path: Vec<i16>,
    visit: &'a mut Visit<'v>,
}

impl Walker<'_, '_> {
    fn byte(&mut self) -> Result<u8, &'static str> {
        let byte = *self.bytes.get(self.offset).ok_or("it ends within a structure")?;
        self.offset += 1;
        Ok(byte)
    }

    fn skip(&mut self, count: u64) -> Result<(), &'static str> {
        let left = self.bytes.len() - self.offset;
        match usize::try_from(count) {
            Ok(count) if count <= left => {
                self.offset += count;
                Ok(())
            }
            _ => Err("a length points past its end"),
        }
    }

    fn varint(&mut self) -> Result<u64, &'static str> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("an integer is longer than 64 bits")
    }

    fn integer(&mut self) -> Result<(), &'static str> {
        let zigzag = self.varint()?;
        let value = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
        (self.visit)(&self.path, Found::Integer(value))
    }

    fn structure(&mut self) -> Result<(), &'static str> {
        if self.path.len() == MAX_DEPTH {
            return Err("its structures nest too deep");
        }
        self.path.push(0);
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                break;
            }
            let last = self.path.pop().unwrap_or(0);
            let id = match head >> 4 {
                0 => {
                    let zigzag = self.varint()?;
                    let value = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
                    i16::try_from(value).map_err(|_| "a field id is out of range")?
                }
                delta => last.checked_add(i16::from(delta)).ok_or("a field id is out of range")?,
            };
            self.path.push(id);
            // A boolean field has its value in its type.
            if kind > 2 {
                self.value(kind)?;
            }
        }
        self.path.pop();
        Ok(())
    }

    fn value(&mut self, kind: u8) -> Result<(), &'static str> {
        match kind {
            // Within lists and maps a boolean is a byte of its own.
            1..=3 => self.byte().map(|_| ()),
            4..=6 => self.integer(),
            7 => self.skip(8),
            8 => {
                let length = self.varint()?;
                self.skip(length)
            }
            9 | 10 => self.list(),
            12 => self.structure(),
            // Parquet has neither maps nor UUID fields.
            _ => Err("a field has a type that Parquet does not use"),
        }
    }

    fn list(&mut self) -> Result<(), &'static str> {
        let head = self.byte()?;
        let size = match head >> 4 {
            15 => self.varint()?,
            size => u64::from(size),
        };
        // Every element takes a byte or more.
        if size > (self.bytes.len() - self.offset) as u64 {
            return Err("a list claims more elements than there are bytes");
        }
        (self.visit)(&self.path, Found::List(size))?;
        let kind = head & 0x0f;
        if matches!(kind, 9 | 10) {
            // A list in a list would not pass `structure`, where depth is counted.
            return Err("a list holds lists, which Parquet does not use");
        }
        (0..size).try_for_each(|_| self.value(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: Result<&[(&[i16], Found)], &str>) {
        let mut seen = Vec::new();
        let result = walk(bytes, &mut |path, found| {
            seen.push((path.to_vec(), found));
            Ok(())
        });
        match expect {
            Ok(expect) => {
                assert_eq!(result, Ok(bytes.len()), "{bytes:x?}");
                let seen: Vec<_> = seen.iter().map(|(path, found)| (path.as_slice(), *found)).collect();
                assert_eq!(seen, expect, "{bytes:x?}");
            }
            Err(problem) => assert_eq!(result, Err(problem), "{bytes:x?}"),
        }
    }

    #[test]
    fn numbers_and_lists_are_found_by_path() {
        check(&[0], Ok(&[]));
        check(&[0x15, 0x04, 0x00], Ok(&[(&[1], Found::Integer(2))]));
        check(&[0x15, 0x03, 0x00], Ok(&[(&[1], Found::Integer(-2))]));
        // Field 5 is a structure whose field 1 is 7; then a boolean field 6.
        check(&[0x5c, 0x15, 0x0e, 0x00, 0x11, 0x00], Ok(&[(&[5, 1], Found::Integer(7))]));
        // Field 4 is a list of two structures.
        let list = [0x49, 0x2c, 0x15, 0x02, 0x00, 0x00, 0x00];
        check(&list, Ok(&[(&[4], Found::List(2)), (&[4, 1], Found::Integer(1))]));
    }

    #[test]
    fn lies_about_length_are_found_before_anything_is_reserved() {
        let problem = "a list claims more elements than there are bytes";
        check(&[0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00], Err(problem));
        check(&[0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x00], Err("a length points past its end"));
        check(&[0x15, 0x04], Err("it ends within a structure"));
        check(
            &[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            Err("an integer is longer than 64 bits"),
        );
        check(&[0x1c; 64], Err("its structures nest too deep"));
        check(&[0x19, 0x19, 0x19], Err("a list holds lists, which Parquet does not use"));
    }
}
