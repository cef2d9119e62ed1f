//! A log as one of the contracts' events.

use alloy::sol_types::{self, SolEvent};
use usufruct_types::event::Event;

use super::{Problem, RawLog};

pub(super) type Decoded = Result<Option<Event>, (&'static str, Problem)>;

/// Decodes the log as `E` and maps it, with the event's name on whatever goes wrong.
pub(super) fn read<E: SolEvent>(log: &RawLog, map: impl FnOnce(E) -> Result<Event, Problem>) -> Decoded {
    let decoded = E::decode_raw_log_validate(log.topics.iter().copied(), &log.data);
    let named = |problem| (E::SIGNATURE, problem);
    let event = decoded.map_err(|error: sol_types::Error| named(Problem::Abi(error.to_string())))?;
    map(event).map(Some).map_err(named)
}

/// As [`read`], for events with text that anybody may choose. Solidity does not check that a
/// `string` is UTF-8; were such a log an error, one transaction could stop every index there is.
/// What is no UTF-8 is read with replacement characters, everything else as strictly as before
/// where the text is sound.
pub(super) fn read_text<E: SolEvent>(log: &RawLog, map: impl FnOnce(E) -> Result<Event, Problem>) -> Decoded {
    let topics = || log.topics.iter().copied();
    let decoded = E::decode_raw_log_validate(topics(), &log.data);
    let decoded = decoded.or_else(|_| E::decode_raw_log(topics(), &log.data));
    let named = |problem| (E::SIGNATURE, problem);
    let event = decoded.map_err(|error: sol_types::Error| named(Problem::Abi(error.to_string())))?;
    map(event).map(Some).map_err(named)
}
