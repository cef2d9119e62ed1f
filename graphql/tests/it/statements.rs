//! A query costs as many statements as it has levels, whatever the number of rows.

use usufruct_db::test_support::{StatementCount, TestDb};
use usufruct_types::{
    Address, AssetId, ProposalId, VersionId,
    event::{DisputeKind, Event, ScoreCommitted, ScoreRevealed, ScoreSettled, VoteCast},
};

use crate::{
    sequel::{LAST, opened, proposal},
    server::Server,
    story::{CAROL, FREE, GUTENBERG_1, History, QUINN, STRIKES_1, asset, tell, tokens, version},
};

/// `count` datasets with a version, a stake, two parents and a terms id each.
async fn server_with(count: u8) -> Server {
    let db = TestDb::create().await;
    tell(db.db()).await;
    // The query asks for everything at once, which is more than a stranger may.
    let server = Server::over(db, |config| config.options.limits.cost = u64::MAX).await;
    let mut history = History::after(13);
    for number in 0..count {
        let id = AssetId::new([100 + number; 32]);
        let mut events = asset(id, CAROL, &format!("set-{number}"));
        let parents = [(GUTENBERG_1, 1_000), (STRIKES_1, 2_000)];
        events.push(version(VersionId::new([100 + number; 32]), id, CAROL, 1, FREE, &parents));
        events.push(Event::Staked { asset: id, curator: QUINN, amount: tokens(1), active_from_block: 1 });
        history.block(events);
    }
    history.apply(server.db.db()).await;
    server
}

const QUERY: &str = "{ datasets(first: 100) { totalCount nodes {
    name title activeStake { amount }
    creator { address datasets(first: 1) { totalCount } endpoint { endpointId } }
    stakes(first: 3) { totalCount nodes { curator { address } active { amount } event { block { time isFinal } } } }
    revenueTotals { amount } curatedStake { amount } curators(first: 2) { nodes { record { rounds } } }
    currentVersion { versionId } upgrades(first: 2) { totalCount }
    versions(first: 2) { totalCount nodes {
        ordinal manifestState manifest { title contributors { nodes { name } } }
        terms { license publisher { address } }
        parents { sharePpm parent { versionId dataset { name } } }
        children(first: 1) { totalCount nodes { child { versionId } } }
        recipients { sharePpm account { address } }
        shards(first: 2) { totalCount nodes { cid version { ordinal } } }
        attestations(first: 2) { nodes { kind attester { address } } }
        licenses(first: 2) { nodes { state terms { license } } }
        jobs(first: 2) { nodes { jobId licenses { units license { licenseId } } usage { tokens }
            commitments { nodes { logState units { cumulativeUnits } totals { totalCount } } } } }
        revenues(first: 2) { nodes { kind license { licenseId } job { jobId } } }
        isCurrent verifier boundJobs { jobId } binding { jobs { jobId } } quality { medianPpm }
        qualityRounds(first: 2) { totalCount } disputes(first: 2) { totalCount } inferencePayments(first: 2) { totalCount }
        providers { endpointId }
    } } } } }";

async fn statements(count: u8) -> (usize, usize) {
    let server = server_with(count).await;
    // The first request prepares connections.
    server.data("{ _meta { lag } }").await;
    let counter = StatementCount::start();
    let data = server.data(QUERY).await;
    (data["datasets"]["nodes"].as_array().unwrap().len(), counter.count())
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_rows() {
    let (few_rows, few) = statements(2).await;
    let (many_rows, many) = statements(40).await;
    assert_eq!((few_rows, many_rows), (5, 43));
    assert!(few > 10, "{few}: are statements counted at all?");
    // Which loads meet in one batch depends a little on time. A relation that is read row by row would add a
    // statement for each of the 38 rows more.
    assert!(many.abs_diff(few) < 38 / 2, "{few} statements for {few_rows} rows, {many} for {many_rows}");
}

/// `count` disputes, rounds of scores, proposals with votes and payments after the sequel.
async fn court_with(count: u8) -> Server {
    let db = TestDb::create().await;
    crate::sequel::tell(db.db()).await;
    let server = Server::over(db, |config| config.options.limits.cost = u64::MAX).await;
    let mut history = History::after(LAST);
    for number in 0..count {
        let id = [140 + number; 32];
        let curator = Address::repeat_byte(number + 1);
        let asset_id = AssetId::new(id);
        let mut events = asset(asset_id, CAROL, &format!("set-{number}"));
        events.push(version(VersionId::new(id), asset_id, CAROL, 1, FREE, &[]));
        events.push(Event::Staked { asset: asset_id, curator, amount: tokens(1), active_from_block: 1 });
        let parties = [curator, CAROL, QUINN];
        let dispute = opened(100 + u64::from(number), DisputeKind::Copy, id.into(), parties, GUTENBERG_1.0);
        events.push(dispute.into());
        let (version, stake) = (VersionId::new(id), tokens(1));
        let committed = ScoreCommitted { version, round: 1, curator, commitment: id.into(), stake };
        events.push(committed.into());
        let score = usufruct_types::Ppm::WHOLE;
        events.push(ScoreRevealed { version, round: 1, curator, score, stake }.into());
        let (median, clipped_mean) = (score, score);
        events.push(ScoreSettled { version, round: 1, median, clipped_mean, curators: 1, stake }.into());
        events.push(proposal(ProposalId::new(id), 1_000, 2_000));
        let (proposal, reason) = (ProposalId::new(id), String::new());
        events.push(VoteCast { voter: curator, proposal, support: 1, weight: stake, reason }.into());
        history.block(events);
    }
    history.apply(server.db.db()).await;
    server
}

const COURT: &str = "{
    disputes(first: 100) { nodes { state subject { ... on Version { versionId isCurrent boundJobs { jobId }
            quality { medianPpm } dataset { curators(first: 2) { nodes { rankWeight { amount } } } } } }
        original { versionId } challenger { curation { rankWeight { amount } } votes { nodes { support } } }
        enforcements { totalCount } evidence { totalCount } escalation { case { decision } } } }
    proposals(first: 100) { nodes { state actions { target } votes { totalCount nodes { weight { amount } } } } }
    qualityRounds(first: 100) { nodes { medianPpm version { versionId } scores { totalCount nodes { isNearMedian } } } }
    curators(first: 100) { nodes { rankWeight { amount } scores { totalCount } } }
    parameters { nodes { name changes { totalCount } } } }";

async fn court_statements(count: u8) -> (usize, usize) {
    let server = court_with(count).await;
    server.data("{ _meta { lag } }").await;
    let counter = StatementCount::start();
    let data = server.data(COURT).await;
    (data["disputes"]["nodes"].as_array().unwrap().len(), counter.count())
}

#[tokio::test]
async fn disputes_scores_and_votes_cost_no_statement_a_row() {
    let (few_rows, few) = court_statements(2).await;
    let (many_rows, many) = court_statements(40).await;
    assert_eq!((few_rows, many_rows), (5, 43));
    assert!(few > 10, "{few}: are statements counted at all?");
    assert!(many.abs_diff(few) < 38 / 2, "{few} statements for {few_rows} rows, {many} for {many_rows}");
}

#[tokio::test]
async fn a_total_is_counted_only_where_it_is_asked_for() {
    let server = server_with(2).await;
    server.data("{ _meta { lag } }").await;
    let counter = StatementCount::start();
    server.data("{ datasets { nodes { name } } }").await;
    let without = counter.count();
    server.data("{ datasets { totalCount nodes { name } } }").await;
    assert_eq!(counter.count() - without, without + 1);
}
