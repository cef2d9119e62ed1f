//! Signing in and out. Writes that belong on the chain go there, not here.

use async_graphql::{Context, Enum, Object, SimpleObject};
use usufruct_attestation::siwe::{CheckError, VerifyError};

use super::{
    account::Account,
    context::{app, asking, at},
    scalars::{Address, Bytes, DateTime},
};
use crate::{
    fault::Fault,
    sign_in::{Refusal, token_hash},
};

/// Why a sign-in did not work.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum SignInErrorCode {
    /// The text is no EIP-4361 message.
    MessageMalformed,
    /// The message is too old; ask for a new challenge.
    MessageExpired,
    /// The message is from the future; check the clock.
    MessageNotYetValid,
    /// The message does not answer the challenge.
    MessageRefused,
    /// The message is for another host, perhaps by a phishing site.
    WrongDomain,
    /// The message is for another chain.
    WrongChain,
    /// The nonce was not given out here, is used already or too old; ask for a new challenge.
    NonceInvalid,
    /// The signature is not one of the account in the message.
    SignatureInvalid,
}

/// Why a mutation did nothing.
#[derive(SimpleObject)]
pub(crate) struct SignInError {
    /// The argument that it is about.
    field: String,
    /// What is wrong and what to do, in words.
    message: String,
    /// For programs.
    code: SignInErrorCode,
}

/// A challenge to sign.
#[derive(SimpleObject)]
pub(crate) struct SignInChallengePayload {
    /// EIP-4361 text to sign as it is with `personal_sign`.
    message: String,
    /// The nonce inside; counts once.
    nonce: String,
    /// Until when it can be answered.
    expires_at: Option<DateTime>,
}

/// What came of a sign-in.
#[derive(SimpleObject)]
pub(crate) struct SignInPayload {
    /// Bearer token for the Authorization header; shown this once, and null where nobody was signed in.
    token: Option<String>,
    /// When the session ends.
    expires_at: Option<DateTime>,
    /// Who signed in.
    account: Option<Account>,
    /// Why nobody was signed in; empty where somebody was.
    user_errors: Vec<SignInError>,
}

/// What came of a sign-out.
#[derive(SimpleObject)]
pub(crate) struct SignOutPayload {
    /// Whether there was a session to end.
    ended: bool,
}

/// The bearer token of the request, as it came.
pub(crate) struct BearerToken(pub(crate) String);

/// Signing in and out. Everything else is written on chain.
pub(crate) struct Mutation;

/// Signing in and out. Everything else is written on chain.
#[Object]
impl Mutation {
    /// Gives out a message for an account to sign. Nothing is known of the account before it answers.
    async fn sign_in_challenge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account that shall sign.")] account: Address,
    ) -> async_graphql::Result<SignInChallengePayload> {
        let app = app(ctx);
        let challenge = app.site.challenge(&app.db, account.0).await?;
        Ok(SignInChallengePayload {
            message: challenge.message,
            nonce: challenge.nonce,
            expires_at: DateTime::from_unix_seconds(challenge.expires_at),
        })
    }

    /// Opens a session for whoever signed a challenge of this server, for 24 hours.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge's message, unchanged.")] message: String,
        #[graphql(desc = "Its `personal_sign` signature: r, s, v, 65 bytes.")] signature: Bytes,
    ) -> async_graphql::Result<SignInPayload> {
        let app = app(ctx);
        let error = match app.site.sign_in(&app.db, &message, &signature.0).await {
            Ok((token, session)) => {
                return Ok(SignInPayload {
                    token: Some(token),
                    expires_at: DateTime::from_unix_seconds(session.expires_at),
                    account: Some(Account::new(at(ctx, None).await?, session.account)),
                    user_errors: Vec::new(),
                });
            }
            Err(Refusal::Fault(fault)) => return Err(fault.into()),
            Err(Refusal::Nonce) => SignInError {
                field: "message".to_owned(),
                message: "the nonce was not given out here, is used already or too old; ask for a new challenge"
                    .to_owned(),
                code: SignInErrorCode::NonceInvalid,
            },
            Err(Refusal::Message(error)) => sign_in_error(&error),
        };
        Ok(SignInPayload { token: None, expires_at: None, account: None, user_errors: vec![error] })
    }

    /// Ends the session of the token that came with the request.
    async fn sign_out(&self, ctx: &Context<'_>) -> async_graphql::Result<SignOutPayload> {
        let Some(BearerToken(token)) = ctx.data_opt::<BearerToken>() else {
            return Ok(SignOutPayload { ended: false });
        };
        if asking(ctx).session.is_none() {
            return Ok(SignOutPayload { ended: false });
        }
        let ended = app(ctx).db.end_session(token_hash(token)).await.map_err(Fault::from)?;
        Ok(SignOutPayload { ended })
    }
}

fn sign_in_error(error: &VerifyError) -> SignInError {
    let (field, code) = match error {
        VerifyError::Parse(_) => ("message", SignInErrorCode::MessageMalformed),
        VerifyError::Signature(_) => ("signature", SignInErrorCode::SignatureInvalid),
        VerifyError::Check(CheckError::Expired { .. }) => ("message", SignInErrorCode::MessageExpired),
        VerifyError::Check(CheckError::NotYet { .. }) => ("message", SignInErrorCode::MessageNotYetValid),
        VerifyError::Check(CheckError::Domain { .. }) => ("message", SignInErrorCode::WrongDomain),
        VerifyError::Check(CheckError::Chain { .. }) => ("message", SignInErrorCode::WrongChain),
        _ => ("message", SignInErrorCode::MessageRefused),
    };
    // The error says its own level only; the one below says what is wrong with which line or field.
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    SignInError { field: field.to_owned(), message: format!("{error}{cause}"), code }
}
