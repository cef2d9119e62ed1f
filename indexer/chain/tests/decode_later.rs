//! Logs of the contracts that came after the first ones.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

mod support;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolValue as _,
};
use support::logs::{deployment, log};
use usufruct_chain::{Problem, RawLog, decode_log};
use usufruct_types::{
    Amount, CaseId, ProposalId,
    event::{DisputeKind, Event, Outcome, Ruling, VoteCast},
};

const WORD: B256 = B256::repeat_byte(7);
const ACCOUNT: Address = Address::repeat_byte(6);

fn word(number: u64) -> B256 {
    U256::from(number).into()
}

/// One log of each event, in the order of the domain's variants.
fn one_of_each() -> Vec<RawLog> {
    let book = deployment();
    let (desk, stake, ledger, roots) = (book.license_desk, book.curation_stake, book.usage_ledger, book.royalty_roots);
    let (board, models, till) = (book.quality_board.unwrap(), book.model_book.unwrap(), book.inference_till.unwrap());
    let (hub, arbiter, governor) = (book.dispute_hub.unwrap(), book.dao_arbiter.unwrap(), book.governor.unwrap());
    let account = ACCOUNT.into_word();
    let (one, two) = (word(1), [WORD, word(1)]);
    let payment = (ACCOUNT, 5_u128, WORD, WORD).abi_encode_params();
    let case = "CaseExecuted(uint256,uint256)";
    vec![
        log(desk, "LicenseMetered(uint64,uint128,uint128,bool)", &[one], (1_u128, 2_u128, true).abi_encode_params()),
        log(
            desk,
            "LicenseRefunded(uint64,address,address,uint128)",
            &[one, account],
            (ACCOUNT, 2_u128).abi_encode_params(),
        ),
        log(desk, "NonceUsed(address,uint256)", &[account], U256::MAX.abi_encode()),
        log(
            stake,
            "BountyPaid(uint256,address,address,uint128,bytes32)",
            &[WORD, account, account],
            (3_u128, WORD).abi_encode_params(),
        ),
        log(
            board,
            "ScoreCommitted(bytes32,uint64,address,bytes32,uint128)",
            &[WORD, one, account],
            (WORD, 4_u128).abi_encode_params(),
        ),
        log(
            board,
            "ScoreRevealed(bytes32,uint64,address,uint32,uint128)",
            &[WORD, one, account],
            (1_000_000_u32, 4_u128).abi_encode_params(),
        ),
        log(
            board,
            "ScoreSettled(bytes32,uint64,uint32,uint32,uint32,uint128)",
            &two,
            (5_u32, 4_u32, 3_u32, 2_u128).abi_encode_params(),
        ),
        log(
            ledger,
            "ReceiptsCommitted(bytes32,address,uint256,uint64,bytes32,bytes32,uint128)",
            &[WORD, account],
            (U256::from(15), 2_u64, WORD, WORD, 9_u128).abi_encode_params(),
        ),
        log(ledger, "JobClosing(bytes32,uint64)", &[WORD], 8_u64.abi_encode()),
        late_charge(15),
        log(roots, "RootHeld(uint64,uint64)", &[one], 8_u64.abi_encode()),
        bound(16),
        log(models, "UpgradeProposed(uint256,bytes32,address)", &[WORD, WORD], ACCOUNT.abi_encode()),
        log(models, "CurrentVersionChanged(uint256,bytes32)", &[WORD, WORD], Vec::new()),
        log(
            till,
            "InferencePaid(bytes32,bytes32,address,address,uint128,bytes32,bytes32)",
            &[WORD, WORD, account],
            payment,
        ),
        log(
            till,
            "InferenceOrdered(bytes32,bytes32,address,address,uint128,bytes32,uint64)",
            &[WORD, WORD, account],
            (ACCOUNT, 5_u128, WORD, 9_u64).abi_encode_params(),
        ),
        log(till, "InferenceRefunded(bytes32)", &[WORD], Vec::new()),
        opened(4),
        log(
            hub,
            "DisputeAnswered(uint64,address,uint128,bytes32)",
            &[one, account],
            (5_u128, WORD).abi_encode_params(),
        ),
        log(hub, "DisputeProven(uint64,uint32,uint32)", &[one], (5_u32, 4_u32).abi_encode_params()),
        log(hub, "DisputeEscalated(uint64,address,uint256)", &[one, account], U256::MAX.abi_encode()),
        resolved(2),
        log(hub, "DisputeEnforced(uint64,address,uint128)", &[one, account], 5_u128.abi_encode()),
        log(
            hub,
            "Evidence(address,uint256,address,string)",
            &[account, one, account],
            (Bytes::from_static(b"see \xff"),).abi_encode_params(),
        ),
        log(hub, "Ruling(address,uint256,uint256)", &[account, WORD], U256::MAX.abi_encode()),
        log(arbiter, "CaseCreated(uint256,address,uint256)", &[one, account], U256::MAX.abi_encode()),
        log(arbiter, "CaseDecided(uint256,uint256,uint64)", &[one], (U256::ONE, 5_u64).abi_encode_params()),
        log(arbiter, "CaseAppealed(uint256,address)", &[one, account], Vec::new()),
        log(arbiter, case, &[one], U256::ONE.abi_encode()),
        proposed(2, b"why \xff"),
        log(governor, "ProposalQueued(uint256,uint256)", &[], (U256::MAX, U256::from(5)).abi_encode_params()),
        log(governor, "ProposalExecuted(uint256)", &[], U256::MAX.abi_encode()),
        log(governor, "ProposalCanceled(uint256)", &[], U256::MAX.abi_encode()),
        log(governor, "ProposalExtended(uint256,uint64)", &[WORD], 5_u64.abi_encode()),
        voted(U256::from(9), false),
        log(
            book.stake_token,
            "DelegateVotesChanged(address,uint256,uint256)",
            &[account],
            (U256::ZERO, U256::MAX).abi_encode_params(),
        ),
        log(roots, "BondCredited(address,uint128)", &[account], 5_u128.abi_encode()),
        log(hub, "BondWithdrawn(address,uint128)", &[account], 5_u128.abi_encode()),
    ]
}

fn late_charge(index: u64) -> RawLog {
    let signature = "LateUsageCharged(bytes32,uint256,uint128,uint128,uint128)";
    let data = (U256::from(index), 1_u128, 2_u128, 3_u128).abi_encode_params();
    log(deployment().usage_ledger, signature, &[WORD], data)
}

fn bound(jobs: usize) -> RawLog {
    let data = (vec![WORD; jobs], ACCOUNT).abi_encode_params();
    log(deployment().model_book.unwrap(), "ModelBound(bytes32,uint256,bytes32[],address)", &[WORD, WORD], data)
}

fn opened(kind: u64) -> RawLog {
    let signature = "DisputeOpened(uint64,uint8,bytes32,address,address,address,bytes32,uint128,uint64,bytes32)";
    let data = (ACCOUNT, ACCOUNT, ACCOUNT, WORD, 5_u128, 6_u64, WORD).abi_encode_params();
    log(deployment().dispute_hub.unwrap(), signature, &[word(1), word(kind), WORD], data)
}

fn resolved(outcome: u64) -> RawLog {
    let data = (U256::from(outcome), U256::from(2)).abi_encode_params();
    log(deployment().dispute_hub.unwrap(), "DisputeResolved(uint64,uint8,bytes32,uint8)", &[word(1), WORD], data)
}

fn proposed(signatures: usize, description: &'static [u8]) -> RawLog {
    let signature = "ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)";
    let data = (
        (U256::MAX, ACCOUNT, vec![ACCOUNT; 2], vec![U256::MAX; 2], vec![String::new(); signatures]),
        (vec![Bytes::from_static(b"\x01"); 2], U256::ONE, U256::from(2), Bytes::from_static(description)),
    );
    let ((id, by, targets, values, signatures), (calldatas, start, end, text)) = data;
    let data = (id, by, targets, values, signatures, calldatas, start, end, text).abi_encode_params();
    log(deployment().governor.unwrap(), signature, &[], data)
}

fn voted(weight: U256, with_params: bool) -> RawLog {
    let (id, support, reason) = (U256::ONE, U256::from(1), String::from("because"));
    let (signature, data) = if with_params {
        let data = (id, support, weight, reason, Bytes::from_static(b"\x09")).abi_encode_params();
        ("VoteCastWithParams(address,uint256,uint8,uint256,string,bytes)", data)
    } else {
        ("VoteCast(address,uint256,uint8,uint256,string)", (id, support, weight, reason).abi_encode_params())
    };
    log(deployment().governor.unwrap(), signature, &[ACCOUNT.into_word()], data)
}

fn event(log: &RawLog) -> Event {
    decode_log(&deployment(), log).unwrap().unwrap_or_else(|| panic!("skipped: {log:?}")).event
}

fn problem(log: &RawLog) -> Problem {
    decode_log(&deployment(), log).expect_err("not a valid event").problem
}

#[test]
fn every_later_event_decodes_to_its_variant() {
    let numbers: Vec<u8> = one_of_each().iter().map(|log| event(log).canonical_bytes()[1]).collect();
    assert_eq!(numbers, (26..=63).collect::<Vec<u8>>());
}

#[test]
fn later_events_that_are_cut_off_are_errors() {
    for log in one_of_each() {
        for length in (0..log.data.len()).step_by(32) {
            let cut = RawLog { data: log.data.slice(..length), ..log.clone() };
            assert!(matches!(problem(&cut), Problem::Abi(_)), "cut to {length}: {log:?}");
        }
    }
}

#[test]
fn values_of_disputes_are_checked() {
    let Event::DisputeOpened(root) = event(&opened(4)) else { panic!("no dispute") };
    assert_eq!((root.kind, root.subject, root.bond), (DisputeKind::Root, WORD, Amount::new(5)));
    assert_eq!(problem(&opened(5)), Problem::OutOfRange { field: "kind", value: "5".into() });
    let Event::DisputeResolved(end) = event(&resolved(1)) else { panic!("no end") };
    assert_eq!((end.outcome, end.kind), (Outcome::Upheld, DisputeKind::Poison));
    assert!(matches!(event(&resolved(0)), Event::DisputeResolved(end) if end.outcome == Outcome::Undecided));
    assert_eq!(problem(&resolved(3)), Problem::OutOfRange { field: "outcome", value: "3".into() });
    // An arbiter may number its cases and rulings as it likes.
    let ruled = &one_of_each()[24];
    let ruling = Ruling { arbiter: ACCOUNT, case: CaseId(WORD), ruling: B256::repeat_byte(0xff) };
    assert_eq!(event(ruled), ruling.into());
}

#[test]
fn lists_and_places_have_the_contracts_bounds() {
    assert_eq!(problem(&bound(17)), Problem::TooMany { field: "jobIds", count: 17, max: 16 });
    assert_eq!(problem(&late_charge(16)), Problem::OutOfRange { field: "index", value: "16".into() });
    assert_eq!(problem(&proposed(1, b"")), Problem::Mismatch { field: "signatures" });
}

#[test]
fn a_vote_counts_with_parameters_and_beyond_128_bits() {
    let vote = |weight| {
        let reason = String::from("because");
        VoteCast { voter: ACCOUNT, proposal: ProposalId(word(1)), support: 1, weight, reason }.into()
    };
    for with_params in [false, true] {
        assert_eq!(event(&voted(U256::from(9), with_params)), vote(Amount::new(9)));
        assert_eq!(event(&voted(U256::MAX, with_params)), vote(Amount::new(u128::MAX)));
    }
}

#[test]
fn text_that_is_no_utf8_stops_nothing() {
    let Event::ProposalCreated(proposal) = event(&proposed(2, b"why \xff")) else { panic!("no proposal") };
    assert_eq!(proposal.description, "why \u{fffd}");
    assert_eq!((proposal.actions.len(), &proposal.actions[1].calldata[..]), (2, &[1][..]));
    let Event::Evidence(evidence) = event(&one_of_each()[23]) else { panic!("no evidence") };
    assert_eq!(evidence.evidence, "see \u{fffd}");
}

#[test]
fn parameters_of_every_governed_contract_are_read() {
    let book = deployment();
    let later = [book.quality_board, book.model_book, book.inference_till, book.dispute_hub, book.dao_arbiter];
    let governed = [book.license_desk, book.curation_stake, book.usage_ledger, book.royalty_roots];
    for contract in later.map(Option::unwrap).into_iter().chain(governed) {
        let changed = log(contract, "ParameterChanged(bytes32,uint256)", &[WORD], U256::ONE.abi_encode());
        assert_eq!(event(&changed), Event::ParameterChanged { contract, name: WORD, value: word(1) });
    }
}

#[test]
fn contracts_that_a_deployment_lacks_are_none_of_ours() {
    let mut bare = deployment();
    bare.dispute_hub = None;
    bare.governor = None;
    for log in [opened(1), voted(U256::ONE, false), one_of_each().swap_remove(35)] {
        assert_eq!(decode_log(&bare, &log), Ok(None), "{log:?}");
    }
    assert_eq!(bare.vote_token(), None);
    assert_eq!(bare.emitters().len(), deployment().emitters().len() - 2);
    // Of the vote token nothing but votes is read.
    let transfer = log(deployment().stake_token, "Transfer(address,address,uint256)", &[WORD, WORD], vec![0; 32]);
    assert_eq!(decode_log(&deployment(), &transfer), Ok(None));
}
