//! A node that misbehaves: an HTTP server in front of a real one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use alloy::transports::http::reqwest::Client;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the proxy does with a request.
pub enum Answer {
    /// Passes it on.
    Forward,
    /// Passes it on and hands the result to the function.
    Change(fn(&mut Value)),
    /// Answers with a JSON-RPC error.
    Error(i64, &'static str),
    /// Answers with an HTTP status and nothing else.
    Status(u16),
    /// Answers with this result.
    Result(Value),
    /// Answers with these bytes.
    Raw(Vec<u8>),
    /// Never answers.
    Silence,
}

pub struct Proxy {
    pub url: String,
    asked: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Proxy {
    /// Serves on a free port until dropped. `policy` sees method and parameters.
    pub async fn start(upstream: String, policy: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (policy, counter) = (Arc::new(policy), asked.clone());
        let client = Client::builder().no_proxy().build().unwrap();
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (policy, upstream, client) = (policy.clone(), upstream.clone(), client.clone());
                let counter = counter.clone();
                tokio::spawn(async move { serve(stream, &upstream, &client, &*policy, &counter).await });
            }
        });
        Self { url, asked, server }
    }

    /// Requests so far.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn serve(
    mut stream: TcpStream,
    upstream: &str,
    client: &Client,
    policy: &(dyn Fn(&str, &Value) -> Answer + Send + Sync),
    counter: &AtomicUsize,
) -> Option<()> {
    loop {
        let request: Value = serde_json::from_slice(&body(&mut stream).await?).ok()?;
        counter.fetch_add(1, Ordering::Relaxed);
        let id = request["id"].clone();
        let envelope = |key: &str, value: Value| serde_json::json!({"jsonrpc": "2.0", "id": id, key: value});
        let answer = match policy(request["method"].as_str()?, &request["params"]) {
            Answer::Forward => envelope("result", forward(client, upstream, &request).await?),
            Answer::Change(change) => {
                let mut result = forward(client, upstream, &request).await?;
                change(&mut result);
                envelope("result", result)
            }
            Answer::Error(code, message) => envelope("error", serde_json::json!({"code": code, "message": message})),
            Answer::Result(result) => envelope("result", result),
            Answer::Status(status) => {
                reply(&mut stream, status, b"").await?;
                continue;
            }
            Answer::Raw(bytes) => {
                reply(&mut stream, 200, &bytes).await?;
                continue;
            }
            Answer::Silence => std::future::pending().await,
        };
        reply(&mut stream, 200, answer.to_string().as_bytes()).await?;
    }
}

async fn forward(client: &Client, upstream: &str, request: &Value) -> Option<Value> {
    let answer = client.post(upstream).header("content-type", "application/json").body(request.to_string());
    let bytes = answer.send().await.ok()?.bytes().await.ok()?;
    let mut answer: Value = serde_json::from_slice(&bytes).ok()?;
    Some(answer["result"].take())
}

/// Body of the next HTTP/1.1 request.
async fn body(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

async fn reply(stream: &mut TcpStream, status: u16, body: &[u8]) -> Option<()> {
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()
}
