//! The events of the contracts that came after the first ones.

use alloy_primitives::{hex, keccak256};

use super::{account, share, word};
use crate::{
    Amount, AssetId, BlobHash, CaseId, DisputeId, EpochIndex, JobId, LicenseId, PaymentId, ProposalId, VersionId,
    event::{
        BondCredited, BondWithdrawn, BountyPaid, CaseAppealed, CaseCreated, CaseDecided, CaseExecuted,
        CurrentVersionChanged, DelegateVotesChanged, DisputeAnswered, DisputeEnforced, DisputeEscalated, DisputeKind,
        DisputeOpened, DisputeProven, DisputeResolved, Event, Evidence, InferenceOrdered, InferencePaid,
        InferenceRefunded, JobClosing, LateUsageCharged, LicenseMetered, LicenseRefunded, ModelBound, NonceUsed,
        Outcome, ProposalAction, ProposalCanceled, ProposalCreated, ProposalExecuted, ProposalExtended, ProposalQueued,
        ReceiptsCommitted, RootHeld, Ruling, ScoreCommitted, ScoreRevealed, ScoreSettled, UpgradeProposed, VoteCast,
    },
};

/// One of each, in the order of their numbers.
pub(super) fn one_of_each() -> Vec<Event> {
    let (asset, version, job) = (AssetId(word(1)), VersionId(word(2)), JobId(word(3)));
    let (one, two, three) = (account(4), account(5), account(6));
    let (amount, more) = (Amount::new(7), Amount::new(8));
    let (license, epoch, dispute) = (LicenseId(9), EpochIndex(10), DisputeId(11));
    let (payment, case, proposal) = (PaymentId(word(12)), CaseId(word(13)), ProposalId(word(14)));
    let text = String::from("why");
    let action = ProposalAction {
        target: one,
        value: word(15),
        signature: String::from("mint(address,uint256)"),
        calldata: vec![1, 2, 3],
    };
    vec![
        LicenseMetered { license, unit_price: amount, units_max: u128::MAX, is_trial: true }.into(),
        LicenseRefunded { license, from: one, token: two, amount }.into(),
        NonceUsed { account: one, nonce: word(16) }.into(),
        BountyPaid { asset, curator: one, challenger: two, amount, reason: word(17) }.into(),
        ScoreCommitted { version, round: 1, curator: one, commitment: word(18), stake: amount }.into(),
        ScoreRevealed { version, round: 1, curator: one, score: share(2), stake: amount }.into(),
        ScoreSettled { version, round: 1, median: share(2), clipped_mean: share(3), curators: 4, stake: amount }.into(),
        ReceiptsCommitted {
            job,
            provider: one,
            index: 1,
            sequence: 2,
            receipts: BlobHash(word(19)),
            receipts_root: word(20),
            delivered_units: u128::MAX,
        }
        .into(),
        JobClosing { job, refundable_at: 1 }.into(),
        LateUsageCharged { job, index: 1, units: 2, charged: amount, penalty: more }.into(),
        RootHeld { epoch, finalizable_at: 1 }.into(),
        ModelBound { version, asset, jobs: vec![job, JobId(word(21))], verifier: one }.into(),
        UpgradeProposed { asset, version, by: one }.into(),
        CurrentVersionChanged { asset, version }.into(),
        InferencePaid { payment, version, payer: one, token: two, amount, request: word(22), proof: word(23) }.into(),
        InferenceOrdered { payment, version, payer: one, token: two, amount, request: word(22), deadline: 1 }.into(),
        InferenceRefunded { payment }.into(),
        DisputeOpened {
            dispute,
            kind: DisputeKind::Root,
            subject: word(24),
            challenger: one,
            respondent: two,
            harmed: three,
            reference: word(25),
            bond: amount,
            respond_by: 1,
            evidence: word(26),
        }
        .into(),
        DisputeAnswered { dispute, respondent: two, bond: amount, evidence: word(27) }.into(),
        DisputeProven { dispute, sampled: 1, matched: 2 }.into(),
        DisputeEscalated { dispute, arbiter: one, case }.into(),
        DisputeResolved { dispute, outcome: Outcome::Dismissed, subject: word(24), kind: DisputeKind::Root }.into(),
        DisputeEnforced { dispute, curator: one, slashed: amount }.into(),
        Evidence { arbiter: one, group: word(28), party: two, evidence: text.clone() }.into(),
        Ruling { arbiter: one, case, ruling: word(29) }.into(),
        CaseCreated { case, arbitrable: one, choices: word(30) }.into(),
        CaseDecided { case, ruling: word(29), appealable_until: 1 }.into(),
        CaseAppealed { case, by: one }.into(),
        CaseExecuted { case, ruling: word(29) }.into(),
        ProposalCreated {
            proposal,
            proposer: one,
            actions: vec![action],
            vote_start: 1,
            vote_end: 2,
            description: text.clone(),
        }
        .into(),
        ProposalQueued { proposal, eta: 1 }.into(),
        ProposalExecuted { proposal }.into(),
        ProposalCanceled { proposal }.into(),
        ProposalExtended { proposal, deadline: 1 }.into(),
        VoteCast { voter: one, proposal, support: 2, weight: amount, reason: text }.into(),
        DelegateVotesChanged { delegate: one, previous_votes: amount, new_votes: more }.into(),
        BondCredited { contract: one, account: two, amount }.into(),
        BondWithdrawn { contract: one, account: two, amount }.into(),
    ]
}

/// As for the first ones: a change is a new format.
#[test]
fn the_encoding_of_the_later_variants_stays_as_it_is_too() {
    let all: Vec<u8> = one_of_each().iter().flat_map(Event::canonical_bytes).collect();
    let golden = "8bb1d143cb9bc7767a97ad6bbd83af7cbff5a19075400071697a793b04c6d8aa";
    assert_eq!((all.len(), hex::encode(keccak256(&all))), (2978, golden.to_owned()));
}

/// The form by hand, for a type with lists in it.
#[test]
fn a_proposal_is_its_fields_in_order_and_lists_say_their_length() {
    let created = &one_of_each()[29];
    let expected = [
        "01",
        "37",
        &"0e".repeat(32),
        &"04".repeat(20),
        "00000001",
        &"04".repeat(20),
        &"0f".repeat(32),
        "00000015",
        &hex::encode("mint(address,uint256)"),
        "00000003",
        "010203",
        "0000000000000001",
        "0000000000000002",
        "00000003",
        &hex::encode("why"),
    ];
    assert_eq!(hex::encode(created.canonical_bytes()), expected.concat());
}
