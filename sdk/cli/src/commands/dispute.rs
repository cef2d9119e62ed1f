//! `usufruct dispute` and `usufruct arbiter`.

mod copy;
mod view;

use usufruct_chain::Wallet;
use usufruct_types::{
    Address, B256, DisputeId, JobId, VersionId,
    event::{DisputeKind, Outcome as Ending},
};

use crate::{
    args::{
        ArbiterCommand, CaseArgs, DecideArgs, DisputeAnswerArgs, DisputeArgs, DisputeCommand, DisputeEnforceArgs,
        DisputeOpenArgs, DisputeProveArgs, case_id,
    },
    commands::{
        Outcome,
        act::{Facts, Spend, act},
        attest::evidence,
        session,
    },
    errors::Fault,
    settings::Settings,
};

/// Runs a dispute command.
pub(crate) async fn run(settings: &Settings, command: DisputeCommand) -> anyhow::Result<Outcome> {
    match command {
        DisputeCommand::Open(args) => open(settings, args).await,
        DisputeCommand::Answer(args) => answer(settings, args).await,
        DisputeCommand::Prove(args) => prove(settings, args).await,
        DisputeCommand::Escalate(args) => escalate(settings, args).await,
        DisputeCommand::Resolve(args) => resolve(settings, args).await,
        DisputeCommand::Enforce(args) => enforce(settings, args).await,
        DisputeCommand::List(args) => view::list(settings, args.open).await,
        DisputeCommand::Show(args) => view::show(settings, DisputeId(args.dispute)).await,
    }
}

async fn open(settings: &Settings, args: DisputeOpenArgs) -> anyhow::Result<Outcome> {
    let kind = DisputeKind::from(args.kind);
    let subject = subject(kind, &args.subject)?;
    let evidence = evidence(args.evidence.as_deref())?;
    let wallet = session::wallet(settings).await?;
    let reference = args.original.map_or(B256::ZERO, |original| original.0);
    let facts = Facts::new(format!("open a dispute over {}", view::kind_text(kind))).with("subject", &args.subject);
    let spend = bond(&wallet).await?;
    let action = wallet.open_dispute(kind, subject, reference, evidence)?;
    act(settings, &wallet, args.dry_run, Some(spend), action, facts, |dispute, facts| {
        facts.title(format!("dispute {dispute} is open"));
        facts.add("dispute", dispute);
        facts.id(dispute);
    })
    .await
}

/// What every side of a dispute puts down.
async fn bond(wallet: &Wallet) -> anyhow::Result<Spend> {
    let deployment = wallet.reader().deployment();
    let amount = wallet.reader().dispute_bond().await?;
    // There is a hub, as it told its bond.
    let spender = deployment.dispute_hub.unwrap_or_default();
    Ok(Spend { token: deployment.stake_token, spender, amount })
}

fn subject(kind: DisputeKind, text: &str) -> Result<B256, Fault> {
    let wrong = |what: &str| Fault::usage(format!("'{text}' is no {what}"));
    match kind {
        DisputeKind::Copy | DisputeKind::License | DisputeKind::Poison => {
            text.parse::<VersionId>().map(|version| version.0).map_err(|_| wrong("version id"))
        }
        DisputeKind::Usage => text.parse::<JobId>().map(|job| job.0).map_err(|_| wrong("job id")),
        DisputeKind::Root => {
            let epoch = text.parse::<u64>().map_err(|_| wrong("number of an epoch"))?;
            Ok(B256::from(alloy_primitives::U256::from(epoch)))
        }
    }
}

async fn answer(settings: &Settings, args: DisputeAnswerArgs) -> anyhow::Result<Outcome> {
    let (dispute, evidence) = (DisputeId(args.dispute), evidence(args.evidence.as_deref())?);
    let wallet = session::wallet(settings).await?;
    let held = view::found(wallet.reader(), dispute).await?;
    let spend = Spend { amount: held.bond, ..bond(&wallet).await? };
    let facts = Facts::new(format!("answer dispute {dispute}")).with("dispute", dispute);
    let action = wallet.answer_dispute(dispute, evidence)?;
    act(settings, &wallet, args.dry_run, Some(spend), action, facts, |(), facts| {
        facts.title(format!("dispute {dispute} is answered"));
        facts.id(dispute);
    })
    .await
}

async fn prove(settings: &Settings, args: DisputeProveArgs) -> anyhow::Result<Outcome> {
    let dispute = DisputeId(args.dispute);
    let wallet = session::wallet(settings).await?;
    let held = view::found(wallet.reader(), dispute).await?;
    let facts = Facts::new(format!("prove dispute {dispute}")).with("dispute", dispute);
    let told = |&(sampled, matched): &(u32, u32), facts: &mut Facts| {
        facts.title(format!("dispute {dispute} is proven"));
        facts.add("sampled", sampled);
        facts.add("matched", matched);
        facts.id(dispute);
    };
    match held.kind {
        DisputeKind::Usage => {
            let action = wallet.prove_usage(dispute, args.license_index)?;
            act(settings, &wallet, args.dry_run, None, action, facts, told).await
        }
        DisputeKind::Copy => {
            let seed = copy::drawn(&wallet, dispute, &held, args.dry_run).await?;
            let proof = copy::evidence(settings, &wallet, &held, seed).await?;
            let action = wallet.prove_copy(dispute, &proof)?;
            act(settings, &wallet, args.dry_run, None, action, facts, told).await
        }
        kind => {
            let told = format!("a dispute over {} is not proven on chain", view::kind_text(kind));
            Err(Fault::usage(told)
                .next(format!("`usufruct dispute escalate {dispute}` takes it to the arbiter"))
                .into())
        }
    }
}

async fn escalate(settings: &Settings, args: DisputeArgs) -> anyhow::Result<Outcome> {
    let dispute = DisputeId(args.dispute);
    let wallet = session::wallet(settings).await?;
    let cost = wallet.reader().arbitration_cost().await?;
    let facts =
        Facts::new(format!("take dispute {dispute} to the arbiter")).with("dispute", dispute).with("costWei", cost);
    let action = wallet.escalate_dispute(dispute, cost)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |case, facts| {
        let case = view::case_number(*case);
        facts.title(format!("dispute {dispute} is case {case}"));
        facts.add("case", &case);
        facts.id(case);
    })
    .await
}

async fn resolve(settings: &Settings, args: DisputeArgs) -> anyhow::Result<Outcome> {
    let dispute = DisputeId(args.dispute);
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new(format!("end dispute {dispute}")).with("dispute", dispute);
    let action = wallet.resolve_dispute(dispute)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |_: &Option<Ending>, facts| {
        facts.title(format!("dispute {dispute} has ended"));
        facts.id(dispute);
    })
    .await
}

async fn enforce(settings: &Settings, args: DisputeEnforceArgs) -> anyhow::Result<Outcome> {
    let dispute = DisputeId(args.dispute);
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let held = view::found(wallet.reader(), dispute).await?;
    if args.curator.is_none() && held.kind != DisputeKind::Root {
        return Err(Fault::usage("whose stake is slashed is not said").next("pass --curator ADDRESS").into());
    }
    let curator = args.curator.unwrap_or(Address::ZERO);
    let facts = Facts::new(format!("enforce dispute {dispute}")).with("dispute", dispute).with("curator", curator);
    let action = wallet.enforce_dispute(dispute, curator)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |slashed, facts| {
        facts.title(format!("dispute {dispute} is enforced"));
        facts.add("slashed", tokens.money(*slashed, tokens.stake.token).text());
        facts.id(dispute);
    })
    .await
}

/// Runs an arbiter command.
pub(crate) async fn arbiter(settings: &Settings, command: ArbiterCommand) -> anyhow::Result<Outcome> {
    match command {
        ArbiterCommand::Decide(args) => decide(settings, args).await,
        ArbiterCommand::Appeal(args) => appeal(settings, args).await,
        ArbiterCommand::Execute(args) => execute(settings, args).await,
    }
}

async fn decide(settings: &Settings, args: DecideArgs) -> anyhow::Result<Outcome> {
    let (case, ruling) = (case_id(args.case), args.ruling.number());
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new(format!("decide case {}", args.case)).with("case", args.case).with("ruling", ruling);
    if args.appeal {
        let action = wallet.decide_appeal(case, ruling)?;
        return act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
            facts.title(format!("case {} is decided for good", args.case));
            facts.id(args.case);
        })
        .await;
    }
    let action = wallet.decide_case(case, ruling)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |until, facts| {
        facts.title(format!("case {} is decided", args.case));
        facts.add("appealableUntil", until);
        facts.id(args.case);
    })
    .await
}

async fn appeal(settings: &Settings, args: CaseArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let cost = wallet.reader().arbitration_cost().await?;
    let facts = Facts::new(format!("appeal case {}", args.case)).with("case", args.case).with("costWei", cost);
    let action = wallet.appeal_case(case_id(args.case), cost)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| facts.id(args.case)).await
}

async fn execute(settings: &Settings, args: CaseArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new(format!("carry case {} out", args.case)).with("case", args.case);
    let action = wallet.execute_case(case_id(args.case))?;
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title(format!("case {} is carried out", args.case));
        facts.id(args.case);
    })
    .await
}
