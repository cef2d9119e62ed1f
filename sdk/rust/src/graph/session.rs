//! Sign-In with Ethereum: the wallet signs the server's challenge and gets a session.

use serde::Deserialize;
use serde_json::json;
use usufruct_attestation::siwe;
use usufruct_chain::Wallet;

use super::{Client, GraphError, operation};

#[derive(Deserialize)]
struct Challenge {
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    token: Option<String>,
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
struct UserError {
    message: String,
    code: String,
}

/// Signs the wallet's account in and gives the client of its session.
///
/// What the server asks to sign is read first: a sign-in of this account, to this server, for this chain, and
/// nothing else. Otherwise a server could have something signed that opens a session elsewhere.
pub async fn sign_in(client: &Client, wallet: &Wallet) -> Result<Client, GraphError> {
    let variables = json!({ "account": wallet.address() });
    let challenge: Challenge = client.field(&operation::sign_in_challenge(), variables, "signInChallenge").await?;
    check(&challenge.message, client.base(), wallet)?;
    let signature = wallet.signer().sign_message(&challenge.message);
    let signature = signature.map_err(|error| GraphError::Sign(error.into()))?;
    let variables = json!({ "message": challenge.message, "signature": hex(&signature) });
    let opened: Opened = client.field(&operation::sign_in(), variables, "signIn").await?;
    match (opened.token, opened.user_errors.into_iter().next()) {
        (Some(token), None) => Ok(client.clone().with_token(token)),
        (_, Some(error)) => Err(GraphError::User { code: error.code, message: error.message }),
        (None, None) => Err(GraphError::Message { reason: "it gives neither a session nor a reason".to_owned() }),
    }
}

fn check(text: &str, base: &str, wallet: &Wallet) -> Result<(), GraphError> {
    let refuse = |reason: String| Err(GraphError::Message { reason });
    let message = match siwe::Message::parse(text) {
        Ok(message) => message,
        Err(error) => return refuse(error.to_string()),
    };
    let host = host_of(base);
    if !message.domain.eq_ignore_ascii_case(host) {
        return refuse(format!("it is for '{}', this is '{host}'", message.domain));
    }
    if message.address != wallet.address() {
        return refuse(format!("it is for account {}", message.address));
    }
    if message.chain_id != wallet.reader().chain_id() {
        return refuse(format!("it is for chain {}", message.chain_id));
    }
    Ok(())
}

/// Host and port of a URL: `http://127.0.0.1:7000/x` gives `127.0.0.1:7000`.
fn host_of(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn hex(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode_prefixed(bytes)
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn a_host_keeps_its_port() {
        assert_eq!(host_of("http://127.0.0.1:7000"), "127.0.0.1:7000");
        assert_eq!(host_of("https://usufruct.example/api"), "usufruct.example");
    }
}
