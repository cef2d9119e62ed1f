//! Payout trees as Parquet.

use bytes::Bytes;
use usufruct_types::{Address, Amount, BlobHash, EpochIndex};
use usufruct_usage::{Limits, TreeHeader, TreeLeaf, UsageError, read_tree, write_log, write_tree};

use crate::rows::{Random, row};

fn header() -> TreeHeader {
    TreeHeader {
        chain_id: 31_337,
        contract: Address::repeat_byte(0xcc),
        epoch: EpochIndex(7),
        blobs: vec![BlobHash::new([1; 32]), BlobHash::new([2; 32])],
    }
}

fn leaves(count: u64) -> Vec<TreeLeaf> {
    let mut random = Random(count);
    let leaf = |n: u64, random: &mut Random| TreeLeaf {
        account: Address::left_padding_from(&[n.to_be_bytes(), random.next().to_be_bytes()].concat()),
        token: Address::repeat_byte(0xa0 + (n % 2) as u8),
        cumulative: Amount::new(u128::from(random.next()) << 64 | u128::from(random.next())),
    };
    (0..count).map(|n| leaf(n, &mut random)).collect()
}

fn write(leaves: &[TreeLeaf]) -> Bytes {
    let mut bytes = Vec::new();
    write_tree(&header(), leaves, &mut bytes).unwrap();
    bytes.into()
}

#[test]
fn trees_round_trip_whatever_the_order() {
    for count in [0, 1, 2, 9_000] {
        let mut leaves = leaves(count);
        let bytes = write(&leaves);
        assert_eq!(read_tree(bytes.clone(), &Limits::default()).unwrap(), (header(), leaves.clone()));
        leaves.reverse();
        let mut shuffled = header();
        shuffled.blobs = [1, 0, 1].map(|place| shuffled.blobs[place]).to_vec();
        let mut again = Vec::new();
        write_tree(&shuffled, &leaves, &mut again).unwrap();
        assert_eq!(again, bytes);
    }
}

#[test]
fn an_account_with_two_leaves_in_a_token_is_not_written() {
    let mut twice = leaves(3);
    twice.push(TreeLeaf { cumulative: Amount::new(1), ..twice[0] });
    let mut bytes = Vec::new();
    let error = write_tree(&header(), &twice, &mut bytes).unwrap_err();
    assert!(matches!(error, UsageError::Row { .. }));
    assert!(bytes.is_empty());
}

#[test]
fn a_log_is_no_tree_and_a_tree_no_log() {
    let mut log = Vec::new();
    write_log(&[row(0)], &mut log).unwrap();
    let error = read_tree(log.into(), &Limits::default()).unwrap_err();
    assert!(matches!(error, UsageError::Schema { expected: "a payout tree", .. }), "{error:?}");
    let error = usufruct_usage::read_log(write(&leaves(2)), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("column 'account' stands where 'job_id' should"), "{error}");
}

#[test]
fn the_header_has_one_form() {
    let bytes = write(&leaves(2)).to_vec();
    let replace = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let mut changed = bytes.clone();
        let place = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        changed[place..place + to.len()].copy_from_slice(to.as_bytes());
        read_tree(changed.into(), &Limits::default())
    };
    assert_eq!(
        replace("31337", "00001").unwrap_err().to_string(),
        "the header 'usufruct.chain_id' is not a whole number below 2^64"
    );
    let error = replace("0xcccc", "0xCccc").unwrap_err();
    assert_eq!(error.to_string(), "the header 'usufruct.contract' is not an address in lower-case hex");
    let error = replace("usufruct.epoch", "usufruct.epocH").unwrap_err();
    assert_eq!(error.to_string(), "the header 'usufruct.epoch' is missing");
    let error = replace("payout tree 1", "payout tree 2").unwrap_err();
    assert!(error.to_string().contains("later version"));
    let error = replace(",0x0202", ",0x0000").unwrap_err();
    assert_eq!(error.to_string(), "the header 'usufruct.blobs' is not ascending");
    let error = replace(",0x0202", ",,x0202").unwrap_err();
    assert!(error.to_string().starts_with("the header 'usufruct.blobs' is not a list of BLAKE3 hashes"));
    // Another chain is well-formed: the root tells.
    assert_eq!(replace("31337", "31338").unwrap().0.chain_id, 31_338);
}
