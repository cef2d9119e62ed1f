//! Logs that only look like ours.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

mod support;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolValue as _,
};
use support::logs::{deployment, log};
use usufruct_chain::{Problem, RawLog, decode_log};
use usufruct_types::{AssetId, event::Event};

const VERSION_REGISTERED: &str = "VersionRegistered(bytes32,uint256,address,uint32,(uint256,bytes32,bytes32,bytes32,bytes32,bytes32,uint64,uint64,uint32,(bytes32,uint32)[],(address,uint32)[]))";

/// A registration of asset 5 with so many parents of such a share.
fn registration(asset_topic: u8, parents: usize, share: u32) -> RawLog {
    let input = (
        U256::from(5),
        (B256::ZERO, B256::ZERO, B256::ZERO, B256::ZERO, B256::ZERO),
        (1_u64, 2_u64, 3_u32),
        vec![(B256::ZERO, share); parents],
        vec![(Address::ZERO, 1_000_000_u32)],
    );
    // Nested static tuples encode as their fields in a row, as the struct does.
    let data = (1_u32, input).abi_encode_params();
    let asset = B256::with_last_byte(asset_topic);
    log(deployment().asset_registry, VERSION_REGISTERED, &[B256::ZERO, asset, B256::ZERO], data)
}

fn problem(log: &RawLog) -> Problem {
    decode_log(&deployment(), log).expect_err("not a valid event").problem
}

#[test]
fn registration_reads_back() {
    let located = decode_log(&deployment(), &registration(5, 2, 7)).unwrap().unwrap();
    let Event::VersionRegistered { input, ordinal: 1, .. } = located.event else { panic!("{located:?}") };
    assert_eq!((input.asset, input.parents.len(), input.shards), (AssetId(B256::with_last_byte(5)), 2, 3));
    assert_eq!(located.at.log_index, 3);
}

#[test]
fn values_beyond_their_type_are_errors_with_their_place() {
    let above = registration(5, 1, 1_000_001);
    let expected = Problem::OutOfRange { field: "input.parents.sharePpm", value: "1000001".into() };
    assert_eq!(problem(&above), expected);
    let text = decode_log(&deployment(), &above).expect_err("above the whole").to_string();
    assert!(text.starts_with("log 3 of block 9 (transaction 0x0808"), "{text}");
    assert!(text.contains("is no valid VersionRegistered("), "{text}");
    assert_eq!(problem(&registration(5, 17, 1)), Problem::TooMany { field: "input.parents", count: 17, max: 16 });
    assert_eq!(problem(&registration(6, 1, 1)), Problem::Mismatch { field: "input.assetId" });

    let kind = |kind: u8| {
        let data = (U256::from(kind), "name").abi_encode_params();
        log(deployment().asset_registry, "AssetCreated(uint256,address,uint8,string)", &[B256::ZERO; 2], data)
    };
    assert!(decode_log(&deployment(), &kind(1)).unwrap().is_some());
    assert!(matches!(problem(&kind(2)), Problem::OutOfRange { field: "kind", .. } | Problem::Abi(_)));

    let opened = |licenses: usize, versions: usize| {
        let data = (Address::ZERO, Address::ZERO, vec![1_u64; licenses], vec![B256::ZERO; versions]);
        let signature = "JobOpened(bytes32,address,address,address,uint64[],bytes32[])";
        log(deployment().usage_ledger, signature, &[B256::ZERO; 2], data.abi_encode_params())
    };
    assert!(decode_log(&deployment(), &opened(16, 16)).unwrap().is_some());
    assert_eq!(problem(&opened(17, 17)), Problem::TooMany { field: "licenseIds", count: 17, max: 16 });
    assert_eq!(problem(&opened(2, 1)), Problem::Mismatch { field: "versionIds" });
}

#[test]
fn bytes_that_are_cut_off_or_lie_about_lengths_are_errors() {
    let whole = registration(5, 2, 7);
    for length in 0..whole.data.len() {
        let cut = RawLog { data: whole.data.slice(..length), ..whole.clone() };
        assert!(matches!(problem(&cut), Problem::Abi(_)), "cut to {length}");
    }
    for word in 0..whole.data.len() / 32 {
        let mut data = whole.data.to_vec();
        data[word * 32..word * 32 + 32].fill(0xff);
        let lying = RawLog { data: data.into(), ..whole.clone() };
        // Hashes may be anything; lengths, offsets and numbers may not. Nothing panics.
        let _ = decode_log(&deployment(), &lying);
    }
    let few_topics = RawLog { topics: whole.topics[..3].to_vec(), ..whole };
    assert!(matches!(problem(&few_topics), Problem::Abi(_)));
}

/// Anybody can have a contract emit text that is no UTF-8. It must not stop the index.
#[test]
fn text_that_is_no_utf8_is_read_with_replacements() {
    let announced = |text: &'static [u8]| {
        let data = (Bytes::from_static(text),).abi_encode_params();
        let signature = "EndpointAnnounced(address,bytes32,string)";
        let log = log(deployment().asset_registry, signature, &[B256::ZERO; 2], data);
        match decode_log(&deployment(), &log).unwrap().unwrap().event {
            Event::EndpointAnnounced { addresses, .. } => addresses,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(announced(b"127.0.0.1:1"), "127.0.0.1:1");
    assert_eq!(announced(b"a\xff\xc3b"), "a\u{fffd}\u{fffd}b");
    let reason = (Bytes::from_static(b"\x80"),).abi_encode_params();
    for (contract, signature) in [
        (deployment().asset_registry, "VersionTombstoned(bytes32,address,string)"),
        (deployment().license_desk, "LicenseRevoked(uint64,address,string)"),
    ] {
        let log = log(contract, signature, &[B256::ZERO; 2], reason.clone());
        assert!(decode_log(&deployment(), &log).unwrap().is_some(), "{signature}");
    }
    // The rest of such a log is no less checked: a length that lies is an error still.
    let mut lying = (Bytes::from_static(b"\xff"),).abi_encode_params();
    lying[32..64].fill(0xff);
    let signature = "EndpointAnnounced(address,bytes32,string)";
    assert!(matches!(problem(&log(deployment().asset_registry, signature, &[B256::ZERO; 2], lying)), Problem::Abi(_)));
}

#[test]
fn other_contracts_other_events_and_anonymous_logs_are_skipped() {
    let ours = registration(5, 0, 0);
    let skipped = |log: &RawLog| assert_eq!(decode_log(&deployment(), log), Ok(None));
    skipped(&RawLog { address: Address::repeat_byte(77), ..ours.clone() });
    skipped(&RawLog { address: deployment().royalty_roots, ..ours.clone() });
    skipped(&RawLog { topics: Vec::new(), ..ours });
    skipped(&log(deployment().asset_registry, "Approval(address,address,uint256)", &[B256::ZERO; 3], Vec::new()));
    // A license changes hands by no event of ours, so its transfers are of no use.
    skipped(&log(deployment().license_desk, "Transfer(address,address,uint256)", &[B256::ZERO; 3], Vec::new()));
}
