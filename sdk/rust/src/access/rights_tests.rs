use usufruct_types::{Amount, TermsId};

use super::*;

const VERSION: VersionId = VersionId::new([1; 32]);
const OTHER_VERSION: VersionId = VersionId::new([2; 32]);
const SHARD: BlobHash = BlobHash::new([3; 32]);
const MANIFEST: BlobHash = BlobHash::new([4; 32]);
const HERE: EndpointId = EndpointId::new([5; 32]);
const ELSEWHERE: EndpointId = EndpointId::new([6; 32]);
const TRAINER: Address = Address::repeat_byte(7);
const FRIEND: Address = Address::repeat_byte(8);

fn announced(account: Address, endpoint: EndpointId) -> Event {
    Event::EndpointAnnounced { account, endpoint, addresses: String::new() }
}

fn registered(version: VersionId, creator: Address) -> Event {
    let input = usufruct_types::event::VersionInput {
        asset: usufruct_types::AssetId::default(),
        manifest: MANIFEST,
        content_root: usufruct_types::B256::ZERO,
        shard_table: BlobHash::default(),
        shard_table_root: usufruct_types::B256::ZERO,
        terms: TermsId::default(),
        records: 1,
        size_bytes: 1,
        shards: 1,
        parents: vec![],
        recipients: vec![],
    };
    Event::VersionRegistered { version, creator, ordinal: 1, input }
}

fn granted(license: u64, version: VersionId, ends_at: u64) -> Event {
    Event::LicenseGranted {
        license: LicenseId(license),
        version,
        licensee: TRAINER,
        terms_id: TermsId::default(),
        payer: TRAINER,
        token: Address::ZERO,
        price: Amount::ZERO,
        starts_at: 100,
        ends_at,
    }
}

fn revoked(license: u64) -> Event {
    Event::LicenseRevoked { license: LicenseId(license), by: FRIEND, reason: String::new() }
}

fn priced(insiders: Vec<Address>) -> ServedVersion {
    ServedVersion { version: VERSION, is_public: false, shards: vec![SHARD], insiders }
}

fn rights(events: &[Event]) -> Rights {
    let mut rights = Rights::default();
    rights.add_version(&priced(vec![]));
    rights.add_public(MANIFEST);
    for (event, block) in events.iter().zip(1..) {
        rights.apply(block, event);
    }
    rights
}

fn check(events: &[Event], now: u64, expect: bool) {
    assert_eq!(rights(events).permits(HERE, SHARD, now, true), expect, "{events:?} at {now}");
}

#[test]
fn a_valid_license_opens_the_shard_for_the_announced_endpoint() {
    check(&[], 200, false);
    check(&[announced(TRAINER, HERE)], 200, false);
    check(&[granted(1, VERSION, 0)], 200, false);
    check(&[announced(TRAINER, HERE), granted(1, VERSION, 0)], 200, true);
    check(&[granted(1, VERSION, 0), announced(TRAINER, HERE)], 200, true);
}

#[test]
fn a_license_of_another_version_or_account_opens_nothing() {
    check(&[announced(TRAINER, HERE), granted(1, OTHER_VERSION, 0)], 200, false);
    check(&[announced(FRIEND, HERE), granted(1, VERSION, 0)], 200, false);
}

#[test]
fn a_license_counts_from_its_start_to_before_its_end() {
    let events = [announced(TRAINER, HERE), granted(1, VERSION, 300)];
    for (now, expect) in [(99, false), (100, true), (299, true), (300, false)] {
        check(&events, now, expect);
    }
}

#[test]
fn revocation_closes_the_shard_unless_another_license_holds() {
    let first = [announced(TRAINER, HERE), granted(1, VERSION, 0), revoked(1)];
    check(&first, 200, false);
    let second = [announced(TRAINER, HERE), granted(1, VERSION, 0), granted(2, VERSION, 0), revoked(1)];
    check(&second, 200, true);
}

#[test]
fn a_new_announcement_closes_the_endpoint_before_it() {
    let events = [announced(TRAINER, HERE), granted(1, VERSION, 0), announced(TRAINER, ELSEWHERE)];
    let rights = rights(&events);
    assert!(!rights.permits(HERE, SHARD, 200, true));
    assert!(rights.permits(ELSEWHERE, SHARD, 200, true));
}

#[test]
fn creator_contributors_and_trusted_mirrors_need_no_license() {
    let mut rights = Rights::default();
    rights.add_version(&priced(vec![FRIEND]));
    assert!(!rights.permits(HERE, SHARD, 200, true));
    rights.apply(1, &announced(FRIEND, HERE));
    assert!(rights.permits(HERE, SHARD, 200, true));

    let mut rights = Rights::default();
    rights.add_version(&priced(vec![]));
    rights.apply(1, &announced(FRIEND, HERE));
    rights.apply(2, &registered(OTHER_VERSION, FRIEND));
    assert!(!rights.permits(HERE, SHARD, 200, true));
    rights.apply(3, &registered(VERSION, FRIEND));
    assert!(rights.permits(HERE, SHARD, 200, true));

    rights.add_trusted(ELSEWHERE);
    assert!(rights.permits(ELSEWHERE, SHARD, 200, true));
    assert!(!rights.permits(ELSEWHERE, BlobHash::new([9; 32]), 200, true), "trust opens only what is served");
}

#[test]
fn public_blobs_are_open_and_unknown_ones_closed() {
    let mut rights = rights(&[]);
    assert!(rights.permits(HERE, MANIFEST, 0, false));
    assert!(!rights.permits(HERE, BlobHash::new([9; 32]), 0, true));
    rights.add_version(&ServedVersion {
        version: OTHER_VERSION,
        is_public: true,
        shards: vec![SHARD],
        insiders: vec![],
    });
    assert!(rights.permits(HERE, SHARD, 0, false), "a shard of a public version is public, whoever else sells it");
}

#[test]
fn without_news_of_the_chain_licensed_shards_are_held_back() {
    let rights = rights(&[announced(TRAINER, HERE), granted(1, VERSION, 0)]);
    assert!(rights.permits(HERE, SHARD, 200, true));
    assert!(!rights.permits(HERE, SHARD, 200, false));
}

#[test]
fn apply_then_revert_is_identity() {
    let events = [announced(TRAINER, HERE), granted(1, VERSION, 0), revoked(1), announced(TRAINER, ELSEWHERE)];
    for kept in 0..=events.len() {
        let mut reverted = rights(&events);
        reverted.revert_to(kept as u64);
        let fresh = rights(&events[..kept]);
        for endpoint in [HERE, ELSEWHERE] {
            for hash in [SHARD, MANIFEST] {
                assert_eq!(
                    reverted.permits(endpoint, hash, 200, true),
                    fresh.permits(endpoint, hash, 200, true),
                    "{endpoint} {hash} after {kept} events"
                );
            }
        }
        assert_eq!(reverted.journal, fresh.journal);
    }
}
