//! `usufruct proposal`.

mod view;

use alloy_primitives::Bytes;
use usufruct_chain::{Deployment, GovernedCall, Proposal, Support};
use usufruct_types::{Address, Amount};

use crate::{
    args::{ProposalCommand, ProposalCreateArgs, ProposalStepArgs, ProposalVoteArgs, SupportArg, case_id},
    commands::{
        Outcome,
        act::{Facts, act},
        session,
    },
    errors::Fault,
    settings::Settings,
};

/// Runs a proposal command.
pub(crate) async fn run(settings: &Settings, command: ProposalCommand) -> anyhow::Result<Outcome> {
    match command {
        ProposalCommand::Create(args) => create(settings, args).await,
        ProposalCommand::List => view::list(settings).await,
        ProposalCommand::Show(args) => view::show(settings, args.proposal).await,
        ProposalCommand::Vote(args) => vote(settings, args).await,
        ProposalCommand::Queue(args) => queue(settings, args).await,
        ProposalCommand::Execute(args) => execute(settings, args).await,
    }
}

async fn create(settings: &Settings, args: ProposalCreateArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let proposal =
        Proposal { calls: calls(wallet.reader().deployment(), &args)?, description: args.description.clone() };
    let facts = Facts::new("propose").with("proposal", proposal.id()).with("calls", proposal.calls.len());
    let action = wallet.propose(&proposal)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |id, facts| {
        facts.title("proposed");
        facts.id(id);
    })
    .await
}

/// The calls that the flags name, in the order of the flags' kinds.
fn calls(deployment: &Deployment, args: &ProposalCreateArgs) -> anyhow::Result<Vec<GovernedCall>> {
    let mut calls = Vec::new();
    for text in &args.set_parameter {
        let wrong = || Fault::usage(format!("'{text}' is not NAME=VALUE"));
        let (name, value) = text.split_once('=').ok_or_else(wrong)?;
        let call = GovernedCall::set(deployment, name, value).map_err(|error| Fault::usage(error.to_string()))?;
        calls.push(call);
    }
    for decision in &args.decide {
        calls.push(GovernedCall::decide(deployment, case_id(decision.case).0, decision.ruling.number())?);
    }
    for version in &args.accept_upgrade {
        calls.push(GovernedCall::accept_upgrade(deployment, *version)?);
    }
    for text in &args.call {
        let wrong = || Fault::usage(format!("'{text}' is not ADDRESS=CALLDATA, both in hex with 0x"));
        let (target, data) = text.split_once('=').ok_or_else(wrong)?;
        let target = target.parse::<Address>().map_err(|_| wrong())?;
        let data = data.parse::<Bytes>().map_err(|_| wrong())?;
        calls.push(GovernedCall { target, value: Amount::ZERO, data });
    }
    Ok(calls)
}

async fn vote(settings: &Settings, args: ProposalVoteArgs) -> anyhow::Result<Outcome> {
    let support = match args.support {
        SupportArg::For => Support::For,
        SupportArg::Against => Support::Against,
        SupportArg::Abstain => Support::Abstain,
    };
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let facts = Facts::new("vote").with("proposal", args.proposal);
    let action = wallet.cast_vote(args.proposal, support, &args.reason)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |ballot, facts| {
        facts.title("voted");
        facts.add("votes", tokens.money(ballot.weight, tokens.stake.token).text());
        facts.id(args.proposal);
    })
    .await
}

async fn queue(settings: &Settings, args: ProposalStepArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let found = view::found(wallet.reader(), args.proposal).await?;
    let facts = Facts::new("queue the proposal").with("proposal", args.proposal);
    let action = wallet.queue_proposal(&found.proposal)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |eta, facts| {
        facts.title("queued");
        facts.add("executableAt", eta);
        facts.id(args.proposal);
    })
    .await
}

async fn execute(settings: &Settings, args: ProposalStepArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let found = view::found(wallet.reader(), args.proposal).await?;
    let facts = Facts::new("execute the proposal").with("proposal", args.proposal);
    let action = wallet.execute_proposal(&found.proposal)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("executed");
        facts.id(args.proposal);
    })
    .await
}
