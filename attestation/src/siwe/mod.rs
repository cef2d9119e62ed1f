//! Sign-In with Ethereum (EIP-4361): the text that a wallet shows and signs.
//!
//! The parser is strict: it takes exactly the form of the standard's grammar, in ASCII and under
//! limits, and what it gives back prints to the same bytes. Who reads it may rely on there being
//! one reading.

mod check;
mod message;
mod parse;
mod time;

pub use check::{CheckError, Expected, VerifyError, verify};
pub use message::Message;
pub use parse::{MESSAGE_BYTES_MAX, ParseError, RESOURCES_MAX};
pub use time::{Timestamp, TimestampError};
