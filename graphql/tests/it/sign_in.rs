//! Signing in, and what it opens.

use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use usufruct_types::{Address, VersionId};

use crate::{
    server::{PUBLIC_URL, Server},
    story::{BOB, History, STRIKES_1, TESS_KEY, address_of, tess},
};

fn sign(key: &SigningKey, text: &str) -> String {
    let digest = usufruct_attestation::personal_digest(text.as_bytes());
    let (signature, recovery) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
    format!("0x{}{:02x}", hex(&signature.to_bytes()), 27 + recovery.to_byte())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn challenge(server: &Server, account: Address) -> String {
    let query = "mutation($account: Address!) { signInChallenge(account: $account) { message nonce expiresAt } }";
    let data = server.data_with(query, json!({ "account": account.to_string() })).await;
    data["signInChallenge"]["message"].as_str().unwrap().to_owned()
}

async fn sign_in(server: &Server, message: &str, signature: &str) -> Value {
    let query = "mutation($message: String!, $signature: Bytes!) { signIn(message: $message, signature: $signature) {
        token expiresAt account { address } userErrors { field code message } } }";
    server.data_with(query, json!({ "message": message, "signature": signature })).await["signIn"].clone()
}

async fn token(server: &Server, key: &SigningKey) -> String {
    let message = challenge(server, address_of(key)).await;
    let payload = sign_in(server, &message, &sign(key, &message)).await;
    payload["token"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned()
}

async fn access(server: &Server, version: VersionId, token: Option<&str>) -> Value {
    let query = format!(
        "{{ viewer {{ account {{ address }} }} shardAccess(version: \"{version}\") {{ __typename
            ... on ShardAccessGranted {{ license {{ licenseId }} providers {{ endpointId addresses }} shards {{ nodes {{ cid sizeBytes }} }} }}
            ... on ShardAccessPaymentRequired {{ price {{ amount }} licenseDesk spender terms {{ termsId }} }}
            ... on ShardAccessLicenseDenied {{ reason license {{ state }} }}
            ... on ShardAccessNotFound {{ versionId }} }} }}"
    );
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
    let reply = server.ask(&query, json!({}), &headers).await;
    assert_eq!(reply["errors"], Value::Null, "{reply}");
    reply["data"].clone()
}

#[tokio::test]
async fn a_signed_challenge_opens_a_session() {
    let server = Server::story().await;
    let key = SigningKey::from_slice(&TESS_KEY).unwrap();
    let message = challenge(&server, tess()).await;
    assert!(message.starts_with("usufruct.example wants you to sign in"), "{message}");
    assert!(message.contains(&format!("URI: {PUBLIC_URL}")) && message.contains("Chain ID: 31337"), "{message}");
    let payload = sign_in(&server, &message, &sign(&key, &message)).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["account"]["address"], format!("{:#x}", tess()));
    let token = payload["token"].as_str().unwrap();
    let granted = access(&server, STRIKES_1, Some(token)).await;
    assert_eq!(granted["viewer"]["account"]["address"], format!("{:#x}", tess()));
    let shards = &granted["shardAccess"];
    assert_eq!(shards["__typename"], "ShardAccessGranted");
    assert_eq!(shards["license"]["licenseId"], "1");
    assert_eq!(shards["shards"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(shards["providers"][0]["addresses"], json!(["127.0.0.1:4003", "10.0.0.1:4003"]));
    // Only the token's hash is kept.
    let kept = server.db.rows("SELECT encode(token_hash, 'hex') AS hash FROM sessions").await;
    assert_eq!(kept, [json!({ "hash": blake3::hash(token.as_bytes()).to_hex().as_str() })]);
}

#[tokio::test]
async fn a_challenge_counts_once() {
    let server = Server::story().await;
    let key = SigningKey::from_slice(&TESS_KEY).unwrap();
    let message = challenge(&server, tess()).await;
    let signature = sign(&key, &message);
    assert_eq!(sign_in(&server, &message, &signature).await["userErrors"], json!([]));
    let again = sign_in(&server, &message, &signature).await;
    assert_eq!(again["token"], Value::Null);
    assert_eq!(again["userErrors"][0]["code"], "NONCE_INVALID");
}

#[tokio::test]
async fn a_strangers_signature_is_refused_and_leaves_the_challenge_good() {
    let server = Server::story().await;
    let (key, stranger) = (SigningKey::from_slice(&TESS_KEY).unwrap(), SigningKey::from_slice(&[8; 32]).unwrap());
    let message = challenge(&server, tess()).await;
    let refused = sign_in(&server, &message, &sign(&stranger, &message)).await;
    assert_eq!(refused["userErrors"][0]["code"], "SIGNATURE_INVALID");
    assert_eq!(refused["userErrors"][0]["field"], "signature");
    assert_eq!(sign_in(&server, &message, &sign(&key, &message)).await["userErrors"], json!([]));
}

#[tokio::test]
async fn a_message_of_ones_own_making_is_refused() {
    let server = Server::story().await;
    let key = SigningKey::from_slice(&TESS_KEY).unwrap();
    let good = challenge(&server, tess()).await;
    for (from, to, code) in [
        ("usufruct.example wants", "evil.example wants", "WRONG_DOMAIN"),
        ("Chain ID: 31337", "Chain ID: 1", "WRONG_CHAIN"),
        ("Version: 1", "Version: 2", "MESSAGE_MALFORMED"),
        ("Issued At: 202", "Issued At: 200", "MESSAGE_EXPIRED"),
        ("Nonce: ", "Nonce: x", "NONCE_INVALID"),
    ] {
        let message = good.replacen(from, to, 1);
        assert_ne!(message, good, "{from}");
        let payload = sign_in(&server, &message, &sign(&key, &message)).await;
        assert_eq!(payload["userErrors"][0]["code"], code, "{payload}");
    }
    let payload = sign_in(&server, "hello", "0x00").await;
    assert_eq!(payload["userErrors"][0]["code"], "MESSAGE_MALFORMED");
}

#[tokio::test]
async fn a_token_that_is_none_is_refused() {
    let server = Server::story().await;
    let body = json!({ "query": "{ viewer { expiresAt } }" }).to_string();
    for header in ["Bearer usu_00", "Basic dXNlcjpwYXNz", "Bearer ", "nonsense"] {
        let reply = server.post(&body, &[("authorization", header)]).await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "UNAUTHENTICATED"), "{header}");
        assert!(reply.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_told_to() {
    let server = Server::story().await;
    let token = token(&server, &SigningKey::from_slice(&TESS_KEY).unwrap()).await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let query = "mutation { signOut { ended } }";
    assert_eq!(server.ask(query, json!({}), &headers).await["data"]["signOut"]["ended"], true);
    let reply = server.post(&json!({ "query": "{ viewer { expiresAt } }" }).to_string(), &headers).await;
    assert_eq!(reply.status, 401);
    assert_eq!(server.data(query).await["signOut"]["ended"], false);
}

#[tokio::test]
async fn access_depends_on_who_asks() {
    let server = Server::story().await;
    let kind = |data: &Value| data["shardAccess"]["__typename"].as_str().unwrap().to_owned();
    let anonymous = access(&server, STRIKES_1, None).await;
    assert_eq!((kind(&anonymous).as_str(), &anonymous["viewer"]), ("ShardAccessSignInRequired", &Value::Null));
    let unknown = access(&server, VersionId::new([0xEE; 32]), None).await;
    assert_eq!(kind(&unknown), "ShardAccessNotFound");

    let stranger = token(&server, &SigningKey::from_slice(&[8; 32]).unwrap()).await;
    let payment = access(&server, STRIKES_1, Some(&stranger)).await;
    assert_eq!(kind(&payment), "ShardAccessPaymentRequired");
    assert_eq!(payment["shardAccess"]["price"]["amount"], "5000000");
    assert_eq!(payment["shardAccess"]["licenseDesk"], "0xacacacacacacacacacacacacacacacacacacacac");

    // Tess' license is revoked, then the version withdrawn.
    let tess_token = token(&server, &SigningKey::from_slice(&TESS_KEY).unwrap()).await;
    assert_eq!(kind(&access(&server, STRIKES_1, Some(&tess_token)).await), "ShardAccessGranted");
    let mut history = History::after(13);
    history.block(vec![usufruct_types::event::Event::LicenseRevoked {
        license: usufruct_types::LicenseId(1),
        by: BOB,
        reason: "resold".to_owned(),
    }]);
    history.apply(server.db.db()).await;
    assert_eq!(kind(&access(&server, STRIKES_1, Some(&tess_token)).await), "ShardAccessPaymentRequired");
    let mut history = History::after(14);
    let withdrawn =
        usufruct_types::event::Event::VersionTombstoned { version: STRIKES_1, by: BOB, reason: "error".to_owned() };
    history.block(vec![withdrawn]);
    history.apply(server.db.db()).await;
    let denied = access(&server, STRIKES_1, Some(&tess_token)).await;
    assert_eq!(kind(&denied), "ShardAccessLicenseDenied");
    assert_eq!(denied["shardAccess"]["license"]["state"], "REVOKED");
}
