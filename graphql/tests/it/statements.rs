//! A query costs as many statements as it has levels, whatever the number of rows.

use usufruct_db::test_support::{StatementCount, TestDb};
use usufruct_types::{AssetId, VersionId};

use crate::{
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
        events.push(usufruct_types::event::Event::Staked {
            asset: id,
            curator: QUINN,
            amount: tokens(1),
            active_from_block: 1,
        });
        history.block(events);
    }
    history.apply(server.db.db()).await;
    server
}

const QUERY: &str = "{ datasets(first: 100) { totalCount nodes {
    name title activeStake { amount }
    creator { address datasets(first: 1) { totalCount } endpoint { endpointId } }
    stakes(first: 3) { totalCount nodes { curator { address } active { amount } event { block { time isFinal } } } }
    revenueTotals { amount }
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
