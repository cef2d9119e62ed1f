//! `usufruct vote`.

use serde::Serialize;
use usufruct_types::Address;

use crate::{
    args::{DelegateArgs, PowerArgs, VoteCommand},
    commands::{
        Outcome,
        act::{Facts, act},
        session,
    },
    keys,
    output::{Money, Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
struct Power {
    account: Address,
    votes: Money,
}

impl Report for Power {
    fn page(&self, page: &mut Page) {
        page.line(format!("{} votes with {}", page.hash(self.account), self.votes.text()));
        if self.votes.amount.is_zero() {
            page.note("Votes count once they are delegated: `usufruct vote delegate`.");
        }
    }

    fn ids(&self) -> Vec<String> {
        vec![self.votes.amount.to_string()]
    }
}

/// Runs a vote command.
pub(crate) async fn run(settings: &Settings, command: VoteCommand) -> anyhow::Result<Outcome> {
    match command {
        VoteCommand::Delegate(args) => delegate(settings, args).await,
        VoteCommand::Power(args) => power(settings, args).await,
    }
}

async fn delegate(settings: &Settings, args: DelegateArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let delegatee = args.delegatee.unwrap_or_else(|| wallet.address());
    let facts = Facts::new("delegate votes").with("delegatee", delegatee);
    let action = wallet.delegate_votes(delegatee);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("votes delegated");
        facts.id(delegatee);
    })
    .await
}

async fn power(settings: &Settings, args: PowerArgs) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let account = match args.account {
        Some(account) => account,
        None => keys::signer(settings).await?.address(),
    };
    let tokens = session::tokens(&reader).await?;
    let votes = Money::new(reader.votes_of(account).await?, &tokens.stake);
    Ok(Outcome::report(Power { account, votes }))
}
