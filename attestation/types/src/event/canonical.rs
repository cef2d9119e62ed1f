//! One encoding of an event, so that a hash over events is the same everywhere.
//!
//! A version byte, the number of the variant, then its fields in the order of [`Event`]: integers big
//! endian in their own width (amounts 16 bytes, shares 4), ids and addresses as they are, text and bytes
//! after their length in 4 bytes, lists after their length in 4 bytes. Every field has a fixed place and
//! every variable one says its length, so two different events never have the same bytes. Numbers of
//! variants are never given again; a changed variant gets a new number.

use alloy_primitives::{Address, B256};

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

#[cfg(test)]
mod tests {
    use alloy_primitives::{hex, keccak256};

    use super::*;
    use crate::{
        AssetId, AttestationUid, BlobHash, EndpointId, EpochIndex, JobId, LicenseId, Obligations, TermsId, Unit, Uses,
        VersionId,
        event::{AssetKind, Parent, Recipient, RevenueKind, TokenTotal},
    };

    fn word(byte: u8) -> B256 {
        B256::repeat_byte(byte)
    }

    fn account(byte: u8) -> Address {
        Address::repeat_byte(byte)
    }

    fn share(parts: u32) -> Ppm {
        Ppm::try_new(parts).expect("at most the whole")
    }

    fn version_input() -> VersionInput {
        VersionInput {
            asset: AssetId(word(1)),
            manifest: BlobHash(word(2)),
            content_root: word(3),
            shard_table: BlobHash(word(4)),
            shard_table_root: word(5),
            terms: TermsId(word(6)),
            records: 7,
            size_bytes: 8,
            shards: 9,
            parents: vec![Parent { version: VersionId(word(10)), share: share(11) }],
            recipients: vec![Recipient { account: account(12), share: share(1_000_000) }],
        }
    }

    fn terms() -> Terms {
        Terms {
            license: "CC-BY-4.0".to_owned(),
            field_of_use: "research".to_owned(),
            uses: Uses::TRAIN,
            obligations: Obligations::ATTRIBUTION,
            token: account(1),
            flat_price: Amount::new(2),
            unit: Unit::Token,
            unit_price: Amount::new(3),
            curator_share: share(4),
            inference_share: share(5),
            duration_seconds: 6,
            offered_until: 7,
            user_limit: 8,
        }
    }

    fn proposal() -> EpochProposal {
        EpochProposal {
            epoch: EpochIndex(1),
            start_block: 2,
            end_block: 3,
            end_block_hash: word(4),
            root: word(5),
            log_set: word(6),
            tree: BlobHash(word(7)),
            totals: vec![TokenTotal { token: account(8), cumulative: Amount::new(u128::MAX) }],
        }
    }

    /// One of each variant, in the order of their numbers. A variant that is missing here fails the test
    /// below, because its number is.
    fn one_of_each() -> Vec<Event> {
        let (asset, version, job) = (AssetId(word(1)), VersionId(word(2)), JobId(word(3)));
        let (one, two, three) = (account(4), account(5), account(6));
        let (amount, more) = (Amount::new(7), Amount::new(8));
        let (license, epoch, uid) = (LicenseId(9), EpochIndex(10), AttestationUid(word(11)));
        let terms_id = TermsId(word(12));
        let text = String::from("why");
        vec![
            Event::AssetCreated { asset, creator: one, kind: AssetKind::Model, name: text.clone() },
            Event::AssetTransferred { asset, from: one, to: two },
            Event::VersionRegistered { version, creator: one, ordinal: 1, input: version_input() },
            Event::VersionTombstoned { version, by: one, reason: text.clone() },
            Event::EndpointAnnounced { account: one, endpoint: EndpointId(word(13)), addresses: text.clone() },
            Event::TermsPublished { terms_id, publisher: one, terms: terms() },
            Event::LicenseGranted {
                license,
                version,
                licensee: one,
                terms_id,
                payer: two,
                token: three,
                price: amount,
                starts_at: 1,
                ends_at: 2,
            },
            Event::LicenseRevoked { license, by: one, reason: text },
            Event::AttestationRecorded {
                uid,
                subject: version,
                attester: one,
                schema: word(14),
                time: 1,
                expires_at: 2,
                reference: uid,
                data: vec![1, 2, 3],
            },
            Event::AttestationRevoked { uid, attester: one, time: 1 },
            Event::Staked { asset, curator: one, amount, active_from_block: 1 },
            Event::UnstakeRequested { asset, curator: one, amount, withdrawable_at: 1 },
            Event::StakeWithdrawn { asset, curator: one, amount },
            Event::StakeSlashed {
                asset,
                curator: one,
                amount: more,
                from_thawing: amount,
                beneficiary: two,
                reason: word(15),
            },
            Event::JobOpened {
                job,
                trainer: one,
                job_key: two,
                token: three,
                licenses: vec![license],
                versions: vec![version],
            },
            Event::EscrowDeposited { job, from: one, amount },
            Event::UsageCommitted {
                job,
                sequence: 1,
                log: BlobHash(word(16)),
                usage_root: word(17),
                log_rows: 2,
                cumulative_units: vec![3, u128::MAX],
            },
            Event::JobClosed { job, refund: amount },
            Event::RevenueReceived {
                version,
                token: one,
                reference: word(18),
                kind: RevenueKind::Inference,
                payer: two,
                amount,
                fee: share(25_000),
            },
            Event::RootProposed { settler: one, proposal: proposal(), finalizable_at: 1, bond: amount },
            Event::RootFinalized { epoch, root: word(19) },
            Event::RootRejected { epoch, by: one, reason: word(20) },
            Event::Claimed { account: one, token: two, recipient: three, epoch, amount, cumulative: more },
            Event::PayoutAddressChanged { account: one, recipient: two },
            Event::ParameterChanged { contract: one, name: word(21), value: word(22) },
        ]
    }

    #[test]
    fn an_event_is_version_variant_and_its_fields_in_order() {
        let event = Event::EscrowDeposited { job: JobId(word(3)), from: account(4), amount: Amount::new(7) };
        let expected = ["01", "10", &"03".repeat(32), &"04".repeat(20), &"00".repeat(15), "07"].concat();
        assert_eq!(hex::encode(event.canonical_bytes()), expected);
    }

    #[test]
    fn each_variant_has_its_own_number() {
        let numbers: Vec<u8> = one_of_each().iter().map(|event| event.canonical_bytes()[1]).collect();
        assert_eq!(numbers, (1..=25).collect::<Vec<u8>>());
    }

    /// The encoding is hashed into digests that others keep: a change is a new format.
    #[test]
    fn the_encoding_of_every_variant_stays_as_it_is() {
        let all: Vec<u8> = one_of_each().iter().flat_map(Event::canonical_bytes).collect();
        let golden = "887809dec914f5d7f3790ab9418bd854cf556c02d841dfdd81cb995c5b3742c1";
        assert_eq!((all.len(), hex::encode(keccak256(&all))), (2681, golden.to_owned()));
    }

    #[test]
    fn where_one_text_or_list_ends_and_the_next_begins_is_part_of_the_bytes() {
        let terms_of = |license: &str, field: &str| {
            let terms = Terms { license: license.to_owned(), field_of_use: field.to_owned(), ..terms() };
            Event::TermsPublished { terms_id: TermsId(word(1)), publisher: account(2), terms }.canonical_bytes()
        };
        assert_ne!(terms_of("ab", "c"), terms_of("a", "bc"));
        let job_of = |licenses: usize, versions: usize| {
            Event::JobOpened {
                job: JobId(word(0)),
                trainer: account(0),
                job_key: account(0),
                token: account(0),
                licenses: vec![LicenseId(0); licenses],
                versions: vec![VersionId(word(0)); versions],
            }
            .canonical_bytes()
        };
        // Four licenses take as many bytes as one version.
        assert_eq!(job_of(4, 0).len(), job_of(0, 1).len());
        assert_ne!(job_of(4, 0), job_of(0, 1));
    }
}
