//! Events as rows.

mod later;

use usufruct_attestation::Statement;
use usufruct_types::{
    Address, LogRef, Terms, Unit,
    event::{AssetKind, EpochProposal, Event, Located, RevenueKind, VersionInput},
};

use super::{
    copy::{Row, Sheets},
    gate::Gate,
};
use crate::{error::DbError, tables::Fact, writer::stored_block};

/// The columns that every row of an event starts with.
struct Place {
    chain_id: i64,
    block_number: i64,
    log_index: i32,
    at: LogRef,
}

impl Place {
    fn new(chain_id: i64, at: LogRef) -> Result<Self, DbError> {
        let log_index = i32::try_from(at.log_index)
            .map_err(|_| DbError::OutOfRange { what: "a log index", value: u64::from(at.log_index) })?;
        Ok(Self { chain_id, block_number: stored_block(at.block.number)?, log_index, at })
    }

    /// A row of a table that has one row an event.
    fn event<'a>(&self, sheets: &'a mut Sheets, fact: Fact) -> Row<'a> {
        let row = sheets.row(fact).int8(self.chain_id).int8(self.block_number);
        row.hash(self.at.block.hash).hash(self.at.transaction_hash).int4(self.log_index)
    }

    /// A row of a table that has one row for each element of a list.
    fn part<'a>(&self, sheets: &'a mut Sheets, fact: Fact, position: usize) -> Row<'a> {
        // The contracts bound every list far below this, and a longer one would not fit a block.
        let position = i16::try_from(position).expect("no event has a list of 32,768");
        sheets.row(fact).int8(self.chain_id).int8(self.block_number).int4(self.log_index).int2(position)
    }
}

/// Writes the rows of an event.
pub(super) fn write(chain_id: i64, gate: &Gate, located: &Located, sheets: &mut Sheets) -> Result<(), DbError> {
    let place = Place::new(chain_id, located.at)?;
    match &located.event {
        Event::AssetCreated { asset, creator, kind, name } => {
            let kind = match kind {
                AssetKind::Dataset => "dataset",
                AssetKind::Model => "model",
            };
            place.event(sheets, Fact::Assets).hash(*asset).address(*creator).text(kind).text(name);
        }
        Event::AssetTransferred { asset, from, to } => {
            place.event(sheets, Fact::AssetTransfers).hash(*asset).address(*from).address(*to);
        }
        Event::VersionRegistered { version, creator, ordinal, input } => {
            write_version(&place, sheets, (*version).into(), *creator, *ordinal, input)?;
        }
        Event::VersionTombstoned { version, by, reason } => {
            place.event(sheets, Fact::VersionTombstones).hash(*version).address(*by).text(reason);
        }
        Event::EndpointAnnounced { account, endpoint, addresses } => {
            place.event(sheets, Fact::Endpoints).address(*account).hash(*endpoint).text(addresses);
        }
        Event::TermsPublished { terms_id, publisher, terms } => {
            write_terms(place.event(sheets, Fact::Terms).hash(*terms_id).address(*publisher), terms);
        }
        Event::LicenseGranted { license, version, licensee, terms_id, payer, token, price, starts_at, ends_at } => {
            let row = place.event(sheets, Fact::Licenses).whole(license.0).hash(*version).address(*licensee);
            let row = row.hash(*terms_id).address(*payer).address(*token).amount(*price);
            row.whole(*starts_at).whole(*ends_at);
        }
        Event::LicenseRevoked { license, by, reason } => {
            place.event(sheets, Fact::LicenseRevocations).whole(license.0).address(*by).text(reason);
        }
        Event::AttestationRecorded { uid, subject, attester, schema, time, expires_at, reference, data } => {
            let (kind, statement) = match gate.decode(*schema, data) {
                Some(statement) => (statement.schema().name(), json(&statement)),
                None => (gate.kind(*schema), serde_json::json!({})),
            };
            let row = place.event(sheets, Fact::Attestations).hash(*uid).hash(*subject).address(*attester);
            let row = row.hash(*schema).text(kind).whole(*time).whole(*expires_at).hash(*reference);
            row.bytes(data).json(statement);
        }
        Event::AttestationRevoked { uid, attester, time } => {
            place.event(sheets, Fact::AttestationRevocations).hash(*uid).address(*attester).whole(*time);
        }
        Event::Staked { asset, curator, amount, active_from_block } => {
            let row = place.event(sheets, Fact::StakeChanges).hash(*asset).address(*curator).text("staked");
            row.amount(*amount).whole(0_u8).whole(*active_from_block).null().null().null();
        }
        Event::UnstakeRequested { asset, curator, amount, withdrawable_at } => {
            let row = place.event(sheets, Fact::StakeChanges).hash(*asset).address(*curator);
            let row = row.text("unstake_requested").amount(*amount).whole(0_u8);
            row.null().whole(*withdrawable_at).null().null();
        }
        Event::StakeWithdrawn { asset, curator, amount } => {
            let row = place.event(sheets, Fact::StakeChanges).hash(*asset).address(*curator);
            row.text("withdrawn").amount(*amount).whole(0_u8).null().null().null().null();
        }
        Event::StakeSlashed { asset, curator, amount, from_thawing, beneficiary, reason } => {
            let row = place.event(sheets, Fact::StakeChanges).hash(*asset).address(*curator).text("slashed");
            let row = row.amount(*amount).amount(*from_thawing).null().null();
            row.address(*beneficiary).hash(*reason);
        }
        Event::JobOpened { job, trainer, job_key, token, licenses, versions } => {
            let row = place.event(sheets, Fact::Jobs).hash(*job).address(*trainer);
            row.address(*job_key).address(*token);
            if licenses.len() != versions.len() {
                let reason = "a job lists as many licenses as versions";
                return Err(DbError::BadBatch { number: located.at.block.number, reason });
            }
            for (position, (license, version)) in licenses.iter().zip(versions).enumerate() {
                let row = place.part(sheets, Fact::JobLicenses, position);
                row.hash(*job).whole(license.0).hash(*version);
            }
        }
        Event::EscrowDeposited { job, from, amount } => {
            place.event(sheets, Fact::JobDeposits).hash(*job).address(*from).amount(*amount);
        }
        Event::UsageCommitted { job, sequence, log, usage_root, log_rows, cumulative_units } => {
            let row = place.event(sheets, Fact::UsageCommitments).hash(*job).whole(*sequence);
            row.hash(*log).hash(*usage_root).whole(*log_rows);
            for (position, units) in cumulative_units.iter().enumerate() {
                place.part(sheets, Fact::UsageCommitmentUnits, position).hash(*job).whole(*units);
            }
        }
        Event::JobClosed { job, refund } => {
            place.event(sheets, Fact::JobClosures).hash(*job).amount(*refund);
        }
        Event::RevenueReceived { version, token, reference, kind, payer, amount, fee } => {
            let kind = match kind {
                RevenueKind::License => "license",
                RevenueKind::Usage => "usage",
                RevenueKind::Inference => "inference",
            };
            let row = place.event(sheets, Fact::Revenues).hash(*version).address(*token).hash(*reference);
            row.text(kind).address(*payer).amount(*amount).int4(parts(*fee));
        }
        Event::RootProposed { settler, proposal, finalizable_at, bond } => {
            let row = place.event(sheets, Fact::EpochProposals).whole(proposal.epoch.0).address(*settler);
            write_proposal(row, proposal).whole(*finalizable_at).amount(*bond);
            for (position, total) in proposal.totals.iter().enumerate() {
                let row = place.part(sheets, Fact::EpochTotals, position).whole(proposal.epoch.0);
                row.address(total.token).amount(total.cumulative);
            }
        }
        Event::RootFinalized { epoch, root } => {
            let row = place.event(sheets, Fact::EpochVerdicts).whole(epoch.0).text("finalized");
            row.hash(*root).null().null();
        }
        Event::RootRejected { epoch, by, reason } => {
            let row = place.event(sheets, Fact::EpochVerdicts).whole(epoch.0).text("rejected");
            row.null().address(*by).hash(*reason);
        }
        Event::Claimed { account, token, recipient, epoch, amount, cumulative } => {
            let row = place.event(sheets, Fact::Claims).address(*account).address(*token).address(*recipient);
            row.whole(epoch.0).amount(*amount).amount(*cumulative);
        }
        Event::PayoutAddressChanged { account, recipient } => {
            place.event(sheets, Fact::PayoutAddresses).address(*account).address(*recipient);
        }
        Event::ParameterChanged { contract, name, value } => {
            let name = name.as_slice().split(|byte| *byte == 0).next().unwrap_or_default();
            let row = place.event(sheets, Fact::ParameterChanges).address(*contract);
            row.text(&String::from_utf8_lossy(name)).hash(*value);
        }
        later => later::write(&place, later, sheets)?,
    }
    Ok(())
}

fn write_version(
    place: &Place,
    sheets: &mut Sheets,
    version: usufruct_types::B256,
    creator: Address,
    ordinal: u32,
    input: &VersionInput,
) -> Result<(), DbError> {
    let ordinal = i32::try_from(ordinal)
        .map_err(|_| DbError::OutOfRange { what: "a version's ordinal", value: u64::from(ordinal) })?;
    let row = place.event(sheets, Fact::Versions).hash(version).hash(input.asset).address(creator).int4(ordinal);
    let row = row.hash(input.manifest).hash(input.content_root).hash(input.shard_table);
    let row = row.hash(input.shard_table_root).hash(input.terms).whole(input.records).whole(input.size_bytes);
    row.int8(i64::from(input.shards));
    for (position, parent) in input.parents.iter().enumerate() {
        let row = place.part(sheets, Fact::VersionParents, position);
        row.hash(version).hash(parent.version).int4(parts(parent.share));
    }
    for (position, recipient) in input.recipients.iter().enumerate() {
        let row = place.part(sheets, Fact::VersionRecipients, position);
        row.hash(version).address(recipient.account).int4(parts(recipient.share));
    }
    Ok(())
}

fn write_terms(row: Row<'_>, terms: &Terms) {
    let unit = match terms.unit {
        Unit::None => "none",
        Unit::Record => "record",
        Unit::Token => "token",
        Unit::Byte => "byte",
    };
    let row = row.text(&terms.license).text(&terms.field_of_use);
    let row = row.int8(i64::from(terms.uses.0)).int8(i64::from(terms.obligations.0)).address(terms.token);
    let row = row.amount(terms.flat_price).text(unit).amount(terms.unit_price);
    let row = row.int4(parts(terms.curator_share)).int4(parts(terms.inference_share));
    row.whole(terms.duration_seconds).whole(terms.offered_until).whole(terms.user_limit);
}

fn write_proposal<'a>(row: Row<'a>, proposal: &EpochProposal) -> Row<'a> {
    let row = row.whole(proposal.start_block).whole(proposal.end_block).hash(proposal.end_block_hash);
    row.hash(proposal.root).hash(proposal.log_set).hash(proposal.tree)
}

fn parts(share: usufruct_types::Ppm) -> i32 {
    i32::try_from(share.parts()).expect("at most a million")
}

fn json(statement: &Statement) -> serde_json::Value {
    serde_json::to_value(statement).expect("a statement has text keys and no floats")
}
