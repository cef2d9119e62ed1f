//! `usufruct proposal list` and `usufruct proposal show`, from the chain itself.

use alloy_primitives::Bytes;
use serde::Serialize;
use usufruct_chain::{ProposalState, ProposalView, Reader};
use usufruct_types::{Address, ProposalId};

use crate::{
    commands::{Outcome, session},
    errors::Fault,
    output::{Align, Money, Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    proposal: ProposalId,
    state: &'static str,
    proposer: Address,
    description: String,
    calls: Vec<Call>,
    votes_for: Money,
    votes_against: Money,
    votes_abstaining: Money,
    /// Unix seconds.
    vote_start: u64,
    vote_end: u64,
    executable_at: u64,
    /// What can be done now.
    next: Option<String>,
}

#[derive(Serialize)]
struct Call {
    target: Address,
    data: Bytes,
}

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        page.title(format!("proposal {}: {}", page.hash(self.proposal), self.state));
        page.line(format!("  {}", self.description));
        page.fields(&[
            ("proposer", page.hash(self.proposer)),
            ("for", self.votes_for.text()),
            ("against", self.votes_against.text()),
            ("abstaining", self.votes_abstaining.text()),
            ("vote", format!("Unix seconds {} to {}", self.vote_start, self.vote_end)),
            ("next", self.next.clone().unwrap_or_default()),
        ]);
        page.title("calls");
        let rows = self.calls.iter().map(|call| vec![call.target.to_string(), call.data.to_string()]);
        page.table(&[("contract", Align::Left), ("call", Align::Left)], &rows.collect::<Vec<_>>());
    }

    fn ids(&self) -> Vec<String> {
        vec![self.proposal.to_string()]
    }
}

#[derive(Serialize)]
struct Proposals {
    proposals: Vec<Shown>,
}

impl Report for Proposals {
    fn page(&self, page: &mut Page) {
        if self.proposals.is_empty() {
            page.note("There are no proposals.");
        }
        let rows = self.proposals.iter().map(|shown| {
            vec![
                page.hash(shown.proposal),
                shown.state.to_owned(),
                shown.votes_for.text(),
                shown.votes_against.text(),
                shown.description.lines().next().unwrap_or_default().to_owned(),
            ]
        });
        let (left, right) = (Align::Left, Align::Right);
        let columns = [("id", left), ("state", left), ("for", right), ("against", right), ("what", left)];
        page.table(&columns, &rows.collect::<Vec<_>>());
    }

    fn ids(&self) -> Vec<String> {
        self.proposals.iter().map(|shown| shown.proposal.to_string()).collect()
    }
}

pub(super) async fn list(settings: &Settings) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let tokens = session::tokens(&reader).await?;
    let views = reader.proposals().await?;
    let proposals = views.into_iter().map(|view| shown(view, &tokens)).collect();
    Ok(Outcome::report(Proposals { proposals }))
}

pub(super) async fn show(settings: &Settings, proposal: ProposalId) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let tokens = session::tokens(&reader).await?;
    Ok(Outcome::report(shown(found(&reader, proposal).await?, &tokens)))
}

/// A proposal that must be there.
pub(super) async fn found(reader: &Reader, proposal: ProposalId) -> anyhow::Result<ProposalView> {
    let found = reader.proposals().await?.into_iter().find(|view| view.id == proposal);
    let next = "`usufruct proposal list` shows what there is";
    Ok(found.ok_or_else(|| Fault::not_found(format!("there is no proposal {proposal}")).next(next))?)
}

fn shown(view: ProposalView, tokens: &session::Tokens) -> Shown {
    let [against, votes_for, abstaining] = view.votes.map(|votes| Money::new(votes, &tokens.stake));
    let id = view.id;
    let command = |verb: &str| Some(format!("`usufruct proposal {verb} {id}`"));
    let (state, next) = match view.state {
        ProposalState::Pending => ("pending", None),
        ProposalState::Active => ("active", Some(format!("`usufruct proposal vote {id} for|against|abstain`"))),
        ProposalState::Canceled => ("canceled", None),
        ProposalState::Defeated => ("defeated", None),
        ProposalState::Succeeded => ("succeeded", command("queue")),
        ProposalState::Queued => ("queued", command("execute")),
        ProposalState::Expired => ("expired", None),
        ProposalState::Executed => ("executed", None),
    };
    Shown {
        proposal: id,
        state,
        proposer: view.proposer,
        description: view.proposal.description,
        calls: view.proposal.calls.into_iter().map(|call| Call { target: call.target, data: call.data }).collect(),
        votes_for,
        votes_against: against,
        votes_abstaining: abstaining,
        vote_start: view.vote_start,
        vote_end: view.vote_end,
        executable_at: view.eta,
        next,
    }
}
