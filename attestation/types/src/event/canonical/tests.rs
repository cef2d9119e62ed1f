mod later;

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
    let all = one_of_each().into_iter().chain(later::one_of_each());
    let numbers: Vec<u8> = all.map(|event| event.canonical_bytes()[1]).collect();
    assert_eq!(numbers, (1..=63).collect::<Vec<u8>>());
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
