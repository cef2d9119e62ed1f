//! Connections that commands share: chain, wallet, server, own iroh peer.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use usufruct_chain::{Deployment, Reader, RpcConfig, Wallet};
use usufruct_sdk::{graph::Client, job::JobError, peer::Peer};
use usufruct_storage::{NodeConfig, Provider};
use usufruct_types::{Address, Amount};

use crate::{
    errors::{Exit, Fault},
    keys,
    output::{Money, TokenInfo},
    settings::Settings,
};

/// How often a request of a command is tried: somebody is waiting for the answer.
const ATTEMPTS: u32 = 2;
/// How long a command waits for the server to index what it wrote, and how often it looks.
const INDEXED_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The two tokens of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// What licenses and usage are paid in.
    pub(crate) payment: TokenInfo,
    /// What is staked.
    pub(crate) stake: TokenInfo,
}

impl Tokens {
    /// An amount of a token; one that is neither is shown in its smallest unit, by its address.
    pub(crate) fn money(&self, amount: Amount, token: Address) -> Money {
        let known = [&self.payment, &self.stake].into_iter().find(|known| known.token == token);
        // What is free has no token; nothing of it reads like nothing of the payment token.
        let free = (token == Address::ZERO).then_some(&self.payment);
        match known.or(free) {
            Some(known) => Money::new(amount, known),
            None => Money::new(amount, &TokenInfo { token, symbol: token.to_string(), decimals: 0 }),
        }
    }
}

/// The chain and its contracts.
pub(crate) async fn reader(settings: &Settings) -> anyhow::Result<Reader> {
    // Several URLs, separated by commas, stand in for one another.
    let urls = settings.rpc_url()?.split(',').map(str::trim);
    let deployment = Deployment::load(settings.deployment_file()?)?;
    let config = RpcConfig { attempts: ATTEMPTS, ..RpcConfig::new(urls) };
    Ok(Reader::connect(config, deployment).await?)
}

/// The key in force on that chain. The chain first: it is the cheaper one to be refused.
pub(crate) async fn wallet(settings: &Settings) -> anyhow::Result<Wallet> {
    let reader = reader(settings).await?;
    let signer = keys::signer(settings).await?;
    Ok(Wallet::try_new(reader, signer)?)
}

/// The GraphQL server.
pub(crate) fn client(settings: &Settings) -> anyhow::Result<Client> {
    Ok(Client::new(settings.node_url()?)?)
}

/// The tokens of a deployment.
pub(crate) async fn tokens(reader: &Reader) -> anyhow::Result<Tokens> {
    let info = async |token: Address| -> anyhow::Result<TokenInfo> {
        let (symbol, decimals) = reader.token_of(token).await?;
        Ok(TokenInfo { token, symbol, decimals })
    };
    let deployment = reader.deployment();
    Ok(Tokens { payment: info(deployment.payment_token).await?, stake: info(deployment.stake_token).await? })
}

/// An iroh node of the command's own. `role` names its directory: one command at a time uses it.
pub(crate) async fn peer(settings: &Settings, reader: &Reader, role: &str) -> anyhow::Result<Peer> {
    let dir = settings.data_dir.value.join("peers").join(role);
    Ok(Peer::open(NodeConfig::new(dir), reader.clone()).await?)
}

/// Waits until the server has indexed what is on chain now, so that the next command finds what this one wrote.
/// A server that cannot be asked, or lags, is no failure of what was written.
pub(crate) async fn wait_indexed(settings: &Settings, reader: &Reader) {
    let (Ok(client), Ok(head)) = (client(settings), reader.head().await) else { return };
    let deadline = Instant::now() + INDEXED_WITHIN;
    while Instant::now() < deadline {
        match client.meta().await {
            Ok(meta) if meta.block.as_ref().is_none_or(|block| block.number.0 < head.number) => {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            _ => return,
        }
    }
}

/// The time that the next block can have, in Unix seconds. A development chain mines only where there is something to
/// mine, so that its newest block may be long ago.
pub(crate) async fn now(reader: &Reader) -> anyhow::Result<u64> {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Ok(reader.head().await?.timestamp.max(clock))
}

/// Says amounts in an error as people read them; the library knows no decimals.
pub(crate) fn explained(error: anyhow::Error, tokens: &Tokens) -> anyhow::Error {
    let told = match error.chain().find_map(|cause| cause.downcast_ref()) {
        Some(JobError::Budget { passes, needed, deposit }) => {
            let money = |amount| Money::new(amount, &tokens.payment).text();
            let (needed, deposit) = (money(*needed), money(*deposit));
            let told =
                format!("the budget is too small: {passes} pass(es) cost up to {needed}, the deposit is {deposit}");
            Fault::new(Exit::Usage, "budget", told).next("raise --deposit, or leave it out for what is needed")
        }
        Some(JobError::Balance { account, token, held, deposit }) => {
            let held = held.parse().map_or_else(|_| held.clone(), |held| tokens.money(held, *token).text());
            let told = format!("account {account} holds {held}; {} are needed", tokens.money(*deposit, *token).text());
            let next = "on a dev chain, `usufruct wallet fund` mints tokens";
            Fault::new(Exit::Refused, "balance", told).next(next)
        }
        _ => return error,
    };
    told.into()
}

/// Where an account's blobs were announced before a command announced its own, short-lived endpoint.
pub(crate) struct Standing(Option<Provider>);

impl Standing {
    /// Takes note of it.
    pub(crate) async fn of(peer: &Peer, account: Address) -> anyhow::Result<Self> {
        peer.gate().refresh_now().await?;
        let announced = peer.gate().announcement_of(account);
        // An endpoint of this very peer is as short-lived as the one now.
        let announced = announced.filter(|(endpoint, _)| *endpoint != peer.provider().endpoint);
        Ok(Self(announced.map(|(endpoint, addresses)| Provider {
            endpoint,
            addresses: addresses.split(',').filter_map(|address| address.parse().ok()).collect(),
        })))
    }

    /// Announces it again: what the account published is served there, not by a command that has ended.
    pub(crate) async fn restore(self, peer: &Peer, wallet: &Wallet) -> anyhow::Result<()> {
        if let Some(provider) = self.0 {
            peer.announce_provider(wallet, &provider).await?;
        }
        Ok(())
    }
}
