//! One encoding of an event, so that a hash over events is the same everywhere.
//!
//! A version byte, the number of the variant, then its fields in the order of [`Event`]: integers big
//! endian in their own width (amounts 16 bytes, shares 4), ids and addresses as they are, text and bytes
//! after their length in 4 bytes, lists after their length in 4 bytes. Every field has a fixed place and
//! every variable one says its length, so two different events never have the same bytes. Numbers of
//! variants are never given again; a changed variant gets a new number.

mod fields;
#[cfg(test)]
mod tests;

use alloy_primitives::{Address, B256};

use self::fields::Canonical;
use super::{EpochProposal, Event, VersionInput};
use crate::{Amount, Ppm, Terms};

/// Version of the encoding as a whole.
const FORMAT: u8 = 1;

impl Event {
    /// The event in its canonical encoding; its form stands at the top of the module in the source.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut out = Encoder(vec![FORMAT]);
        out.event(self);
        out.0
    }
}

struct Encoder(Vec<u8>);

impl Encoder {
    fn event(&mut self, event: &Event) {
        match event {
            Event::AssetCreated { asset, creator, kind, name } => {
                self.variant(1).id(*asset).address(*creator).u8(*kind as u8).text(name)
            }
            Event::AssetTransferred { asset, from, to } => self.variant(2).id(*asset).address(*from).address(*to),
            Event::VersionRegistered { version, creator, ordinal, input } => {
                self.variant(3).id(*version).address(*creator).u32(*ordinal).version(input)
            }
            Event::VersionTombstoned { version, by, reason } => self.variant(4).id(*version).address(*by).text(reason),
            Event::EndpointAnnounced { account, endpoint, addresses } => {
                self.variant(5).address(*account).id(*endpoint).text(addresses)
            }
            Event::TermsPublished { terms_id, publisher, terms } => {
                self.variant(6).id(*terms_id).address(*publisher).terms(terms)
            }
            Event::LicenseGranted { license, version, licensee, terms_id, payer, token, price, starts_at, ends_at } => {
                let out = self.variant(7).u64(license.0).id(*version).address(*licensee).id(*terms_id);
                out.address(*payer).address(*token).amount(*price).u64(*starts_at).u64(*ends_at)
            }
            Event::LicenseRevoked { license, by, reason } => self.variant(8).u64(license.0).address(*by).text(reason),
            Event::AttestationRecorded { uid, subject, attester, schema, time, expires_at, reference, data } => {
                let out = self.variant(9).id(*uid).id(*subject).address(*attester).id(*schema);
                out.u64(*time).u64(*expires_at).id(*reference).bytes(data)
            }
            Event::AttestationRevoked { uid, attester, time } => {
                self.variant(10).id(*uid).address(*attester).u64(*time)
            }
            Event::Staked { asset, curator, amount, active_from_block } => {
                self.variant(11).id(*asset).address(*curator).amount(*amount).u64(*active_from_block)
            }
            Event::UnstakeRequested { asset, curator, amount, withdrawable_at } => {
                self.variant(12).id(*asset).address(*curator).amount(*amount).u64(*withdrawable_at)
            }
            Event::StakeWithdrawn { asset, curator, amount } => {
                self.variant(13).id(*asset).address(*curator).amount(*amount)
            }
            Event::StakeSlashed { asset, curator, amount, from_thawing, beneficiary, reason } => {
                let out = self.variant(14).id(*asset).address(*curator).amount(*amount);
                out.amount(*from_thawing).address(*beneficiary).id(*reason)
            }
            Event::JobOpened { job, trainer, job_key, token, licenses, versions } => {
                let out = self.variant(15).id(*job).address(*trainer).address(*job_key).address(*token);
                let out = out.list(licenses, |out, license| out.u64(license.0));
                out.list(versions, |out, version| out.id(*version))
            }
            Event::EscrowDeposited { job, from, amount } => self.variant(16).id(*job).address(*from).amount(*amount),
            Event::UsageCommitted { job, sequence, log, usage_root, log_rows, cumulative_units } => {
                let out = self.variant(17).id(*job).u64(*sequence).id(*log).id(*usage_root).u64(*log_rows);
                out.list(cumulative_units, |out, units| out.raw(&units.to_be_bytes()))
            }
            Event::JobClosed { job, refund } => self.variant(18).id(*job).amount(*refund),
            Event::RevenueReceived { version, token, reference, kind, payer, amount, fee } => {
                let out = self.variant(19).id(*version).address(*token).id(*reference).u8(*kind as u8);
                out.address(*payer).amount(*amount).share(*fee)
            }
            Event::RootProposed { settler, proposal, finalizable_at, bond } => {
                self.variant(20).address(*settler).proposal(proposal).u64(*finalizable_at).amount(*bond)
            }
            Event::RootFinalized { epoch, root } => self.variant(21).u64(epoch.0).id(*root),
            Event::RootRejected { epoch, by, reason } => self.variant(22).u64(epoch.0).address(*by).id(*reason),
            Event::Claimed { account, token, recipient, epoch, amount, cumulative } => {
                let out = self.variant(23).address(*account).address(*token).address(*recipient);
                out.u64(epoch.0).amount(*amount).amount(*cumulative)
            }
            Event::PayoutAddressChanged { account, recipient } => {
                self.variant(24).address(*account).address(*recipient)
            }
            Event::ParameterChanged { contract, name, value } => {
                self.variant(25).address(*contract).id(*name).id(*value)
            }
            Event::LicenseMetered(event) => self.variant(26).fields(event),
            Event::LicenseRefunded(event) => self.variant(27).fields(event),
            Event::NonceUsed(event) => self.variant(28).fields(event),
            Event::BountyPaid(event) => self.variant(29).fields(event),
            Event::ScoreCommitted(event) => self.variant(30).fields(event),
            Event::ScoreRevealed(event) => self.variant(31).fields(event),
            Event::ScoreSettled(event) => self.variant(32).fields(event),
            Event::ReceiptsCommitted(event) => self.variant(33).fields(event),
            Event::JobClosing(event) => self.variant(34).fields(event),
            Event::LateUsageCharged(event) => self.variant(35).fields(event),
            Event::RootHeld(event) => self.variant(36).fields(event),
            Event::ModelBound(event) => self.variant(37).fields(event),
            Event::UpgradeProposed(event) => self.variant(38).fields(event),
            Event::CurrentVersionChanged(event) => self.variant(39).fields(event),
            Event::InferencePaid(event) => self.variant(40).fields(event),
            Event::InferenceOrdered(event) => self.variant(41).fields(event),
            Event::InferenceRefunded(event) => self.variant(42).fields(event),
            Event::DisputeOpened(event) => self.variant(43).fields(event),
            Event::DisputeAnswered(event) => self.variant(44).fields(event),
            Event::DisputeProven(event) => self.variant(45).fields(event),
            Event::DisputeEscalated(event) => self.variant(46).fields(event),
            Event::DisputeResolved(event) => self.variant(47).fields(event),
            Event::DisputeEnforced(event) => self.variant(48).fields(event),
            Event::Evidence(event) => self.variant(49).fields(event),
            Event::Ruling(event) => self.variant(50).fields(event),
            Event::CaseCreated(event) => self.variant(51).fields(event),
            Event::CaseDecided(event) => self.variant(52).fields(event),
            Event::CaseAppealed(event) => self.variant(53).fields(event),
            Event::CaseExecuted(event) => self.variant(54).fields(event),
            Event::ProposalCreated(event) => self.variant(55).fields(event),
            Event::ProposalQueued(event) => self.variant(56).fields(event),
            Event::ProposalExecuted(event) => self.variant(57).fields(event),
            Event::ProposalCanceled(event) => self.variant(58).fields(event),
            Event::ProposalExtended(event) => self.variant(59).fields(event),
            Event::VoteCast(event) => self.variant(60).fields(event),
            Event::DelegateVotesChanged(event) => self.variant(61).fields(event),
            Event::BondCredited(event) => self.variant(62).fields(event),
            Event::BondWithdrawn(event) => self.variant(63).fields(event),
        };
    }

    fn version(&mut self, input: &VersionInput) -> &mut Self {
        let out = self.id(input.asset).id(input.manifest).id(input.content_root).id(input.shard_table);
        let out = out.id(input.shard_table_root).id(input.terms);
        let out = out.u64(input.records).u64(input.size_bytes).u32(input.shards);
        let out = out.list(&input.parents, |out, parent| out.id(parent.version).share(parent.share));
        out.list(&input.recipients, |out, recipient| out.address(recipient.account).share(recipient.share))
    }

    fn terms(&mut self, terms: &Terms) -> &mut Self {
        let out = self.text(&terms.license).text(&terms.field_of_use);
        let out = out.u32(terms.uses.0).u32(terms.obligations.0).address(terms.token);
        let out = out.amount(terms.flat_price).u8(terms.unit as u8).amount(terms.unit_price);
        let out = out.share(terms.curator_share).share(terms.inference_share);
        out.u64(terms.duration_seconds).u64(terms.offered_until).u64(terms.user_limit)
    }

    fn proposal(&mut self, proposal: &EpochProposal) -> &mut Self {
        let out = self.u64(proposal.epoch.0).u64(proposal.start_block).u64(proposal.end_block);
        let out = out.id(proposal.end_block_hash).id(proposal.root).id(proposal.log_set).id(proposal.tree);
        out.list(&proposal.totals, |out, total| out.address(total.token).amount(total.cumulative))
    }

    fn fields(&mut self, value: &impl Canonical) -> &mut Self {
        value.write(self);
        self
    }

    fn variant(&mut self, number: u8) -> &mut Self {
        self.u8(number)
    }

    fn id(&mut self, id: impl Into<B256>) -> &mut Self {
        self.raw(id.into().as_slice())
    }

    fn address(&mut self, address: Address) -> &mut Self {
        self.raw(address.as_slice())
    }

    fn amount(&mut self, amount: Amount) -> &mut Self {
        self.raw(&amount.units().to_be_bytes())
    }

    fn share(&mut self, share: Ppm) -> &mut Self {
        self.u32(share.parts())
    }

    fn u8(&mut self, number: u8) -> &mut Self {
        self.raw(&[number])
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.raw(&number.to_be_bytes())
    }

    fn u64(&mut self, number: u64) -> &mut Self {
        self.raw(&number.to_be_bytes())
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.length(bytes.len()).raw(bytes)
    }

    fn list<T>(&mut self, items: &[T], mut each: impl for<'a> FnMut(&'a mut Self, &T) -> &'a mut Self) -> &mut Self {
        self.length(items.len());
        for item in items {
            each(self, item);
        }
        self
    }

    fn length(&mut self, count: usize) -> &mut Self {
        self.u32(u32::try_from(count).expect("an event fits a block, so far below 4 GiB"))
    }

    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }
}
