//! A server of its own for each test, and a client that sends exactly what it is told.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use usufruct_db::test_support::TestDb;
use usufruct_graphql::{Contracts, DeploymentInfo, ReadyState, Schemas, ServerConfig, ServerOptions, TokenInfo, serve};
use usufruct_types::Address;

use crate::{
    sequel::{ARBITER, BOARD},
    story::{CHAIN, DUSD, GATE, ROOTS, USUF},
};

pub(crate) const PUBLIC_URL: &str = "https://usufruct.example";

pub(crate) fn deployment() -> DeploymentInfo {
    let token = |address, symbol: &str, decimals| TokenInfo { address, symbol: symbol.to_owned(), decimals };
    DeploymentInfo {
        chain_id: CHAIN,
        block: 0,
        contracts: Contracts {
            royalty_roots: ROOTS,
            attestation_gate: GATE,
            license_desk: Address::repeat_byte(0xAC),
            quality_board: Some(BOARD),
            dao_arbiter: Some(ARBITER),
            ..Contracts::default()
        },
        schemas: Schemas::default(),
        payment_token: token(DUSD, "dUSD", 6),
        stake_token: token(USUF, "USUF", 18),
    }
}

/// A running server; it stops with this value.
pub(crate) struct Server {
    pub(crate) db: TestDb,
    pub(crate) ready: ReadyState,
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
}

impl Server {
    /// A server over the story.
    pub(crate) async fn story() -> Self {
        let db = TestDb::create().await;
        crate::story::tell(db.db()).await;
        Self::over(db, |_| ()).await
    }

    /// A server over the story and what happens after it.
    pub(crate) async fn sequel() -> Self {
        let db = TestDb::create().await;
        crate::sequel::tell(db.db()).await;
        Self::over(db, |_| ()).await
    }

    /// A server over an empty index.
    pub(crate) async fn empty() -> Self {
        Self::over(TestDb::create().await, |_| ()).await
    }

    pub(crate) async fn over(db: TestDb, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ready = ReadyState::new();
        let mut config = ServerConfig {
            listener,
            db: db.db().clone(),
            deployment: deployment(),
            public_url: PUBLIC_URL.to_owned(),
            ready: ready.clone(),
            metrics: Arc::new(|| "usufruct_test 1\n".to_owned()),
            operator: None,
            options: ServerOptions::default(),
        };
        change(&mut config);
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(serve(config, async {
            // A dropped sender stops the server too.
            let _ = stopped.await;
        }));
        Self { db, ready, address, stop: Some(stop) }
    }

    /// The data of a query that must work.
    pub(crate) async fn data(&self, query: &str) -> Value {
        self.data_with(query, json!({})).await
    }

    pub(crate) async fn data_with(&self, query: &str, variables: Value) -> Value {
        let reply = self.ask(query, variables, &[]).await;
        assert_eq!(reply["errors"], Value::Null, "{query}: {reply}");
        reply["data"].clone()
    }

    /// The code of the first error of a query that must not work.
    pub(crate) async fn refused(&self, query: &str) -> String {
        let reply = self.ask(query, json!({}), &[]).await;
        let code = reply["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{query}: {reply}")).to_owned()
    }

    /// The whole answer of a query.
    pub(crate) async fn ask(&self, query: &str, variables: Value, headers: &[(&str, &str)]) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post(&body, headers).await.json()
    }

    /// `POST /graphql` with a body of JSON.
    pub(crate) async fn post(&self, body: &str, headers: &[(&str, &str)]) -> Reply {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.send("POST", "/graphql", &all, body.as_bytes()).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, b"").await
    }

    /// One request on a connection of its own.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {length}\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        // The server may answer, and close, before it read all of a body that is too long.
        let _ = stream.write_all(body).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        Reply::parse(&bytes)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let reply = Self { status, headers: lines.map(header).collect(), body: bytes[end + 4..].to_vec() };
        match reply.header("transfer-encoding") {
            Some("chunked") => Self { body: unchunked(&reply.body), ..reply },
            _ => reply,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
    body
}
