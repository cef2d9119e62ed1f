//! From a log to a domain event.
//!
//! The contracts are ours and their events are typed, yet a log is read as what it is: bytes from
//! a node. Every value is checked against its domain type, and what does not fit is an error with
//! its place, because to skip an event of our own would be to lose money silently.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{self, SolEvent},
};
use usufruct_types::{
    Amount, AssetId, AttestationUid, BlobHash, EndpointId, EpochIndex, JobId, LicenseId, LogRef, Obligations, Ppm,
    Terms, TermsId, Unit, Uses, VersionId,
    event::{AssetKind, EpochProposal, Event, Located, Parent, Recipient, RevenueKind, TokenTotal, VersionInput},
};

use crate::{
    Deployment,
    bindings::{AssetRegistry, AttestationGate, CurationStake, LicenseDesk, RoyaltyRoots, TermsBook, UsageLedger},
};

/// Most parents and recipients of a version, tokens of a proposal and licenses of a job, as the
/// contracts limit them.
const PARENTS_MAX: usize = 16;
const RECIPIENTS_MAX: usize = 200;
const TOTALS_MAX: usize = 16;
const LICENSES_MAX: usize = 16;

/// A log as it stands in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLog {
    /// Where it stands.
    pub at: LogRef,
    /// Who emitted it.
    pub address: Address,
    /// Indexed values, the event's signature first.
    pub topics: Vec<B256>,
    /// The others, ABI-encoded.
    pub data: Bytes,
}

/// A log of one of our contracts that is not what its event says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("log {} of block {} (transaction {}, contract {contract}) is no valid {event}: {problem}", .at.log_index, .at.block.number, .at.transaction_hash)]
pub struct DecodeError {
    /// Where the log stands. Boxed, as errors travel further than they are large.
    pub at: Box<LogRef>,
    /// The contract.
    pub contract: Address,
    /// The event by its signature.
    pub event: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are not the ABI encoding of the event.
    #[error("its bytes do not decode ({0})")]
    Abi(String),
    /// A number has no meaning in our types.
    #[error("{field} is {value}, which is out of range")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: String,
    },
    /// A list is longer than the contract allows.
    #[error("{field} has {count} items, at most {max} are possible")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// Two fields that must agree do not.
    #[error("{field} does not agree with the topic or list beside it")]
    Mismatch {
        /// The field.
        field: &'static str,
    },
}

/// Reads a log. `None` for logs of other contracts and for events that we do not use, such as
/// the approvals of ERC-721.
pub fn decode_log(deployment: &Deployment, log: &RawLog) -> Result<Option<Located>, DecodeError> {
    let Some(topic) = log.topics.first() else { return Ok(None) };
    let decoded = match log.address {
        address if address == deployment.asset_registry => registry(topic, log),
        address if address == deployment.terms_book => terms(topic, log),
        address if address == deployment.license_desk => desk(topic, log),
        address if address == deployment.attestation_gate => gate(topic, log),
        address if address == deployment.curation_stake => stake(topic, log),
        address if address == deployment.usage_ledger => ledger(topic, log),
        address if address == deployment.royalty_roots => roots(topic, log),
        _ => Ok(None),
    };
    match decoded {
        Ok(Some(event)) => Ok(Some(Located { at: log.at, event })),
        Ok(None) => {
            tracing::trace!(log.address = %log.address, log.topic = %topic, "log of no use");
            Ok(None)
        }
        Err((event, problem)) => Err(DecodeError { at: log.at.into(), contract: log.address, event, problem }),
    }
}

type Decoded = Result<Option<Event>, (&'static str, Problem)>;

/// Decodes the log as `E` and maps it, with the event's name on whatever goes wrong.
fn read<E: SolEvent>(log: &RawLog, map: impl FnOnce(E) -> Result<Event, Problem>) -> Decoded {
    let decoded = E::decode_raw_log_validate(log.topics.iter().copied(), &log.data);
    let named = |problem| (E::SIGNATURE, problem);
    let event = decoded.map_err(|error: sol_types::Error| named(Problem::Abi(error.to_string())))?;
    map(event).map(Some).map_err(named)
}

fn registry(topic: &B256, log: &RawLog) -> Decoded {
    use AssetRegistry::{AssetCreated, EndpointAnnounced, Transfer, VersionRegistered, VersionTombstoned};
    match *topic {
        AssetCreated::SIGNATURE_HASH => read(log, |event: AssetCreated| {
            Ok(Event::AssetCreated {
                asset: asset_id(event.assetId),
                creator: event.creator,
                kind: asset_kind(event.kind)?,
                name: event.name,
            })
        }),
        Transfer::SIGNATURE_HASH => read(log, |event: Transfer| {
            Ok(Event::AssetTransferred { asset: asset_id(event.tokenId), from: event.from, to: event.to })
        }),
        VersionRegistered::SIGNATURE_HASH => read(log, |event: VersionRegistered| {
            if event.input.assetId != event.assetId {
                return Err(Problem::Mismatch { field: "input.assetId" });
            }
            Ok(Event::VersionRegistered {
                version: VersionId(event.versionId),
                creator: event.creator,
                ordinal: event.ordinal,
                input: version_input(event.input)?,
            })
        }),
        VersionTombstoned::SIGNATURE_HASH => read(log, |event: VersionTombstoned| {
            Ok(Event::VersionTombstoned { version: VersionId(event.versionId), by: event.by, reason: event.reason })
        }),
        EndpointAnnounced::SIGNATURE_HASH => read(log, |event: EndpointAnnounced| {
            Ok(Event::EndpointAnnounced {
                account: event.account,
                endpoint: EndpointId(event.endpointId),
                addresses: event.addresses,
            })
        }),
        _ => Ok(None),
    }
}

fn terms(topic: &B256, log: &RawLog) -> Decoded {
    use TermsBook::TermsPublished;
    if *topic != TermsPublished::SIGNATURE_HASH {
        return Ok(None);
    }
    read(log, |event: TermsPublished| {
        let terms = event.terms;
        let unit = Unit::try_from(terms.unit)
            .map_err(|unit| Problem::OutOfRange { field: "unit", value: unit.to_string() })?;
        let terms = Terms {
            license: terms.license,
            field_of_use: terms.fieldOfUse,
            uses: Uses(terms.uses),
            obligations: Obligations(terms.obligations),
            token: terms.token,
            flat_price: Amount::new(terms.flatPrice),
            unit,
            unit_price: Amount::new(terms.unitPrice),
            curator_share: ppm("curatorPpm", terms.curatorPpm)?,
            inference_share: ppm("inferencePpm", terms.inferencePpm)?,
            duration_seconds: terms.durationSeconds,
            offered_until: terms.offeredUntil,
            user_limit: terms.userLimit,
        };
        Ok(Event::TermsPublished { terms_id: TermsId(event.termsId), publisher: event.publisher, terms })
    })
}

fn desk(topic: &B256, log: &RawLog) -> Decoded {
    use LicenseDesk::{LicenseGranted, LicenseRevoked};
    match *topic {
        LicenseGranted::SIGNATURE_HASH => read(log, |event: LicenseGranted| {
            Ok(Event::LicenseGranted {
                license: LicenseId(event.licenseId),
                version: VersionId(event.versionId),
                licensee: event.licensee,
                terms_id: TermsId(event.termsId),
                payer: event.payer,
                token: event.token,
                price: Amount::new(event.price),
                starts_at: event.startsAt,
                ends_at: event.endsAt,
            })
        }),
        LicenseRevoked::SIGNATURE_HASH => read(log, |event: LicenseRevoked| {
            Ok(Event::LicenseRevoked { license: LicenseId(event.licenseId), by: event.by, reason: event.reason })
        }),
        _ => Ok(None),
    }
}

fn gate(topic: &B256, log: &RawLog) -> Decoded {
    use AttestationGate::{AttestationRecorded, AttestationRevoked};
    match *topic {
        AttestationRecorded::SIGNATURE_HASH => read(log, |event: AttestationRecorded| {
            Ok(Event::AttestationRecorded {
                uid: AttestationUid(event.uid),
                subject: VersionId(event.versionId),
                attester: event.attester,
                schema: event.schema,
                time: event.time,
                expires_at: event.expirationTime,
                reference: AttestationUid(event.refUID),
                data: event.data.to_vec(),
            })
        }),
        AttestationRevoked::SIGNATURE_HASH => read(log, |event: AttestationRevoked| {
            Ok(Event::AttestationRevoked { uid: AttestationUid(event.uid), attester: event.attester, time: event.time })
        }),
        _ => Ok(None),
    }
}

fn stake(topic: &B256, log: &RawLog) -> Decoded {
    use CurationStake::{ParameterChanged, StakeSlashed, StakeWithdrawn, Staked, UnstakeRequested};
    match *topic {
        Staked::SIGNATURE_HASH => read(log, |event: Staked| {
            Ok(Event::Staked {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
                active_from_block: event.activeFromBlock,
            })
        }),
        UnstakeRequested::SIGNATURE_HASH => read(log, |event: UnstakeRequested| {
            Ok(Event::UnstakeRequested {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
                withdrawable_at: event.withdrawableAt,
            })
        }),
        StakeWithdrawn::SIGNATURE_HASH => read(log, |event: StakeWithdrawn| {
            Ok(Event::StakeWithdrawn {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
            })
        }),
        StakeSlashed::SIGNATURE_HASH => read(log, |event: StakeSlashed| {
            Ok(Event::StakeSlashed {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
                from_thawing: Amount::new(event.fromThawing),
                beneficiary: event.beneficiary,
                reason: event.reason,
            })
        }),
        ParameterChanged::SIGNATURE_HASH => {
            read(log, |event: ParameterChanged| Ok(parameter_changed(log.address, event.name, event.value)))
        }
        _ => Ok(None),
    }
}

fn ledger(topic: &B256, log: &RawLog) -> Decoded {
    use UsageLedger::{EscrowDeposited, JobClosed, JobOpened, UsageCommitted};
    match *topic {
        JobOpened::SIGNATURE_HASH => read(log, |event: JobOpened| {
            at_most("licenseIds", event.licenseIds.len(), LICENSES_MAX)?;
            if event.licenseIds.len() != event.versionIds.len() {
                return Err(Problem::Mismatch { field: "versionIds" });
            }
            Ok(Event::JobOpened {
                job: JobId(event.jobId),
                trainer: event.trainer,
                job_key: event.jobKey,
                token: event.token,
                licenses: event.licenseIds.into_iter().map(LicenseId).collect(),
                versions: event.versionIds.into_iter().map(VersionId).collect(),
            })
        }),
        EscrowDeposited::SIGNATURE_HASH => read(log, |event: EscrowDeposited| {
            Ok(Event::EscrowDeposited { job: JobId(event.jobId), from: event.from, amount: Amount::new(event.amount) })
        }),
        UsageCommitted::SIGNATURE_HASH => read(log, |event: UsageCommitted| {
            at_most("cumulativeUnits", event.cumulativeUnits.len(), LICENSES_MAX)?;
            Ok(Event::UsageCommitted {
                job: JobId(event.jobId),
                sequence: event.sequence,
                log: BlobHash(event.logHash),
                usage_root: event.usageRoot,
                log_rows: event.logRows,
                cumulative_units: event.cumulativeUnits,
            })
        }),
        JobClosed::SIGNATURE_HASH => read(log, |event: JobClosed| {
            Ok(Event::JobClosed { job: JobId(event.jobId), refund: Amount::new(event.refund) })
        }),
        _ => Ok(None),
    }
}

fn roots(topic: &B256, log: &RawLog) -> Decoded {
    use RoyaltyRoots::{
        Claimed, ParameterChanged, PayoutAddressChanged, RevenueReceived, RootFinalized, RootProposed, RootRejected,
    };
    match *topic {
        RevenueReceived::SIGNATURE_HASH => read(log, |event: RevenueReceived| {
            Ok(Event::RevenueReceived {
                version: VersionId(event.versionId),
                token: event.token,
                reference: event.r#ref,
                kind: revenue_kind(event.kind)?,
                payer: event.payer,
                amount: Amount::new(event.amount),
                fee: ppm("feePpm", event.feePpm)?,
            })
        }),
        RootProposed::SIGNATURE_HASH => read(log, |event: RootProposed| {
            if event.proposal.epoch != event.epoch {
                return Err(Problem::Mismatch { field: "proposal.epoch" });
            }
            Ok(Event::RootProposed {
                settler: event.settler,
                proposal: proposal(event.proposal)?,
                finalizable_at: event.finalizableAt,
                bond: Amount::new(event.bond),
            })
        }),
        RootFinalized::SIGNATURE_HASH => read(log, |event: RootFinalized| {
            Ok(Event::RootFinalized { epoch: EpochIndex(event.epoch), root: event.root })
        }),
        RootRejected::SIGNATURE_HASH => read(log, |event: RootRejected| {
            Ok(Event::RootRejected { epoch: EpochIndex(event.epoch), by: event.by, reason: event.reason })
        }),
        Claimed::SIGNATURE_HASH => read(log, |event: Claimed| {
            Ok(Event::Claimed {
                account: event.account,
                token: event.token,
                recipient: event.recipient,
                epoch: EpochIndex(event.epoch),
                amount: Amount::new(event.amount),
                cumulative: Amount::new(event.cumulativeAmount),
            })
        }),
        PayoutAddressChanged::SIGNATURE_HASH => read(log, |event: PayoutAddressChanged| {
            Ok(Event::PayoutAddressChanged { account: event.account, recipient: event.recipient })
        }),
        ParameterChanged::SIGNATURE_HASH => {
            read(log, |event: ParameterChanged| Ok(parameter_changed(log.address, event.name, event.value)))
        }
        _ => Ok(None),
    }
}

fn version_input(input: AssetRegistry::VersionInput) -> Result<VersionInput, Problem> {
    at_most("input.parents", input.parents.len(), PARENTS_MAX)?;
    at_most("input.recipients", input.recipients.len(), RECIPIENTS_MAX)?;
    let parents = input.parents.into_iter().map(|parent| {
        Ok(Parent { version: VersionId(parent.versionId), share: ppm("input.parents.sharePpm", parent.sharePpm)? })
    });
    let recipients = input.recipients.into_iter().map(|recipient| {
        Ok(Recipient { account: recipient.account, share: ppm("input.recipients.sharePpm", recipient.sharePpm)? })
    });
    Ok(VersionInput {
        asset: asset_id(input.assetId),
        manifest: BlobHash(input.manifestHash),
        content_root: input.contentRoot,
        shard_table: BlobHash(input.shardTableHash),
        shard_table_root: input.shardTableRoot,
        terms: TermsId(input.termsId),
        records: input.records,
        size_bytes: input.sizeBytes,
        shards: input.shards,
        parents: parents.collect::<Result<_, _>>()?,
        recipients: recipients.collect::<Result<_, _>>()?,
    })
}

fn proposal(proposal: RoyaltyRoots::EpochProposal) -> Result<EpochProposal, Problem> {
    at_most("proposal.totals", proposal.totals.len(), TOTALS_MAX)?;
    let totals = proposal
        .totals
        .into_iter()
        .map(|total| TokenTotal { token: total.token, cumulative: Amount::new(total.cumulative) });
    Ok(EpochProposal {
        epoch: EpochIndex(proposal.epoch),
        start_block: proposal.startBlock,
        end_block: proposal.endBlock,
        end_block_hash: proposal.endBlockHash,
        root: proposal.root,
        log_set: proposal.logSetHash,
        tree: BlobHash(proposal.treeHash),
        totals: totals.collect(),
    })
}

fn asset_id(number: U256) -> AssetId {
    AssetId(number.into())
}

fn parameter_changed(contract: Address, name: B256, value: U256) -> Event {
    Event::ParameterChanged { contract, name, value: value.into() }
}

fn ppm(field: &'static str, parts: u32) -> Result<Ppm, Problem> {
    Ppm::try_new(parts).map_err(|_| Problem::OutOfRange { field, value: parts.to_string() })
}

fn asset_kind(kind: u8) -> Result<AssetKind, Problem> {
    match kind {
        0 => Ok(AssetKind::Dataset),
        1 => Ok(AssetKind::Model),
        other => Err(Problem::OutOfRange { field: "kind", value: other.to_string() }),
    }
}

fn revenue_kind(kind: u8) -> Result<RevenueKind, Problem> {
    match kind {
        0 => Ok(RevenueKind::License),
        1 => Ok(RevenueKind::Usage),
        2 => Ok(RevenueKind::Inference),
        other => Err(Problem::OutOfRange { field: "kind", value: other.to_string() }),
    }
}

const fn at_most(field: &'static str, count: usize, max: usize) -> Result<(), Problem> {
    if count > max { Err(Problem::TooMany { field, count, max }) } else { Ok(()) }
}
