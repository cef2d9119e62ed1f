//! The server over the history that the tests tell, to look at the page: `cargo run -p usufruct-graphql --example preview`.
#![expect(clippy::print_stdout, reason = "it says where to look")]

use std::sync::Arc;

use tokio::net::TcpListener;
use usufruct_db::test_support::TestDb;
use usufruct_graphql::{
    Contracts, DeploymentInfo, Progress, ReadyState, Schemas, ServerConfig, ServerOptions, TokenInfo, serve,
};

#[path = "../tests/it/story.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod story;

#[tokio::main]
async fn main() {
    let db = TestDb::create().await;
    story::tell(db.db()).await;
    let listener = TcpListener::bind("127.0.0.1:8089").await.expect("port 8089 is free");
    let ready = ReadyState::new();
    ready.update(Progress { head: 13, is_caught_up: true });
    let token = |address, symbol: &str, decimals| TokenInfo { address, symbol: symbol.to_owned(), decimals };
    let config = ServerConfig {
        listener,
        db: db.db().clone(),
        deployment: DeploymentInfo {
            chain_id: story::CHAIN,
            block: 0,
            contracts: Contracts { royalty_roots: story::ROOTS, ..Contracts::default() },
            schemas: Schemas::default(),
            payment_token: token(story::DUSD, "dUSD", 6),
            stake_token: token(story::USUF, "USUF", 18),
        },
        public_url: "http://127.0.0.1:8089".to_owned(),
        ready,
        metrics: Arc::new(String::new),
        operator: None,
        options: ServerOptions::default(),
    };
    println!("http://127.0.0.1:8089/  (Ctrl-C ends it)");
    serve(config, std::future::pending()).await.expect("it serves");
}
