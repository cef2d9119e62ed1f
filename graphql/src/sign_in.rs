//! Sign-In with Ethereum: a nonce is given out, a message with it is signed, a bearer token comes back.
//! The index keeps only the token's hash.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::{Rng as _, distr::Alphanumeric};
use usufruct_attestation::siwe::{self, Expected, Message, Timestamp, VerifyError};
use usufruct_db::{Db, sessions::Session};
use usufruct_types::{Address, B256};

use crate::fault::Fault;

/// How long a challenge can be answered.
const CHALLENGE: Duration = Duration::from_secs(10 * 60);
/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(24 * 60 * 60);
/// By how much a client's clock may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// What the server signs people in to.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Host, and port if any, that browsers reach it under.
    pub(crate) domain: String,
    /// Its address.
    pub(crate) uri: String,
    pub(crate) chain_id: u64,
}

/// A message to sign.
#[derive(Debug)]
pub(crate) struct Challenge {
    pub(crate) message: String,
    pub(crate) nonce: String,
    pub(crate) expires_at: u64,
}

/// Why nobody is signed in.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The message or its signature is not acceptable.
    Message(VerifyError),
    /// The nonce was not given out here, is used or too old.
    Nonce,
    /// A failure of ours.
    Fault(Fault),
}

/// Unix seconds now. The one clock of this crate besides Postgres' own.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

impl Site {
    /// Gives out a nonce in a message for an account.
    pub(crate) async fn challenge(&self, db: &Db, account: Address) -> Result<Challenge, Fault> {
        let nonce: String = rand::rng().sample_iter(Alphanumeric).take(24).map(char::from).collect();
        let (issued_at, expires_at) = (now(), now() + CHALLENGE.as_secs());
        let time = |second| Timestamp::from_unix_seconds(second).map_err(|_| Fault::Internal);
        let message = Message {
            scheme: None,
            domain: self.domain.clone(),
            address: account,
            statement: Some("Sign in to Usufruct to read the shards that you are licensed for.".to_owned()),
            uri: self.uri.clone(),
            chain_id: self.chain_id,
            nonce: nonce.clone(),
            issued_at: time(issued_at)?,
            expires_at: Some(time(expires_at)?),
            not_before: None,
            request_id: None,
            resources: Vec::new(),
        };
        db.put_nonce(&nonce, CHALLENGE + CLOCK_SKEW).await?;
        Ok(Challenge { message: message.to_string(), nonce, expires_at })
    }

    /// Opens a session for who signed the message; gives its bearer token.
    pub(crate) async fn sign_in(&self, db: &Db, text: &str, signature: &[u8]) -> Result<(String, Session), Refusal> {
        let read = |error| Refusal::Message(VerifyError::Parse(error));
        let nonce = Message::parse(text).map_err(read)?.nonce;
        let expected = Expected {
            domain: &self.domain,
            nonce: &nonce,
            chain_id: self.chain_id,
            max_age_seconds: CHALLENGE.as_secs(),
            clock_skew_seconds: CLOCK_SKEW.as_secs(),
        };
        let message = siwe::verify(text, signature, &expected, now()).map_err(Refusal::Message)?;
        // Last, and only for the one who can sign: a stranger cannot use up somebody's nonce. One caller
        // of several gets `true`, so a message counts once.
        let is_good = db.consume_nonce(&nonce).await.map_err(|error| Refusal::Fault(error.into()))?;
        if !is_good {
            return Err(Refusal::Nonce);
        }
        let token = format!("usu_{}", hex::encode(rand::random::<[u8; 32]>()));
        let opened = db.open_session(token_hash(&token), message.address, SESSION).await;
        Ok((token, opened.map_err(|error| Refusal::Fault(error.into()))?))
    }
}

/// Under which a session is kept.
pub(crate) fn token_hash(token: &str) -> B256 {
    B256::new(*blake3::hash(token.as_bytes()).as_bytes())
}
