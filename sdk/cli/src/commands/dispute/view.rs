//! `usufruct dispute list` and `usufruct dispute show`, from the chain itself.

use serde::Serialize;
use usufruct_chain::{ChainError, Dispute, Reader};
use usufruct_types::{
    Address, B256, CaseId, DisputeId,
    event::{DisputeKind, Event, Outcome as Ending},
};

use crate::{
    commands::{Outcome, session},
    errors::Fault,
    output::{Align, Money, Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    dispute: DisputeId,
    kind: &'static str,
    subject: B256,
    original: Option<B256>,
    /// `open`, `answered`, `proven`, `at the arbiter`, `upheld`, `dismissed` or `undecided`.
    state: &'static str,
    challenger: Address,
    answered_by: Option<Address>,
    harmed: Option<Address>,
    arbiter: Option<Address>,
    bond: Money,
    /// Unix seconds.
    respond_by: u64,
    deadline: u64,
    /// What can be done now.
    next: Option<String>,
}

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        page.title(format!("dispute {}: {}, {}", self.dispute, self.kind, self.state));
        let account = |account: Option<Address>| account.map(|account| page.hash(account)).unwrap_or_default();
        page.fields(&[
            ("subject", page.hash(format!("{:?}", self.subject))),
            ("original", self.original.map(|id| page.hash(format!("{id:?}"))).unwrap_or_default()),
            ("challenger", page.hash(self.challenger)),
            ("answered by", account(self.answered_by)),
            ("harmed", account(self.harmed)),
            ("arbiter", account(self.arbiter)),
            ("bond", self.bond.text()),
            ("respond by", self.respond_by.to_string()),
            ("deadline", self.deadline.to_string()),
            ("next", self.next.clone().unwrap_or_default()),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.dispute.to_string()]
    }
}

#[derive(Serialize)]
struct Disputes {
    disputes: Vec<Shown>,
}

impl Report for Disputes {
    fn page(&self, page: &mut Page) {
        if self.disputes.is_empty() {
            page.note("There are no disputes.");
        }
        let rows = self.disputes.iter().map(|shown| {
            let subject = page.hash(format!("{:?}", shown.subject));
            let number = shown.dispute.to_string();
            vec![number, shown.kind.to_owned(), subject, shown.state.to_owned(), page.hash(shown.challenger)]
        });
        let left = Align::Left;
        let columns = [("id", Align::Right), ("kind", left), ("subject", left), ("state", left), ("challenger", left)];
        page.table(&columns, &rows.collect::<Vec<_>>());
    }

    fn ids(&self) -> Vec<String> {
        self.disputes.iter().map(|shown| shown.dispute.to_string()).collect()
    }
}

pub(super) async fn show(settings: &Settings, dispute: DisputeId) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let found = found(&reader, dispute).await?;
    Ok(Outcome::report(shown(&reader, dispute, found).await?))
}

pub(super) async fn list(settings: &Settings, is_open: bool) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let head = reader.head().await?.number;
    let events = reader.events(reader.deployment().block..=head).await?.events;
    let opened = events.into_iter().filter_map(|located| match located.event {
        Event::DisputeOpened(opened) => Some(opened.dispute),
        _ => None,
    });
    let mut disputes = Vec::new();
    for dispute in opened {
        let found = found(&reader, dispute).await?;
        if !(is_open && found.is_resolved) {
            disputes.push(shown(&reader, dispute, found).await?);
        }
    }
    Ok(Outcome::report(Disputes { disputes }))
}

/// A dispute that must be there.
pub(super) async fn found(reader: &Reader, dispute: DisputeId) -> anyhow::Result<Dispute> {
    match reader.dispute_of(dispute).await {
        Ok(found) => Ok(found),
        Err(ChainError::Revert(revert)) if revert.name == "UnknownDispute" => {
            let fault = Fault::not_found(format!("there is no dispute {dispute}"));
            Err(fault.next("`usufruct dispute list` shows what there is").into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn shown(reader: &Reader, dispute: DisputeId, found: Dispute) -> anyhow::Result<Shown> {
    let (tokens, now) = (session::tokens(reader).await?, reader.head().await?.timestamp);
    let named = |account: Address| (!account.is_zero()).then_some(account);
    let next = next(dispute, &found, now);
    Ok(Shown {
        dispute,
        kind: kind_text(found.kind),
        subject: found.subject,
        original: (!found.reference.is_zero()).then_some(found.reference),
        state: state(&found),
        challenger: found.challenger,
        answered_by: named(found.answered_by),
        harmed: named(found.harmed),
        arbiter: named(found.arbiter),
        bond: Money::new(found.bond, &tokens.stake),
        respond_by: found.respond_by,
        deadline: found.deadline,
        next,
    })
}

fn state(found: &Dispute) -> &'static str {
    match (found.is_resolved, found.outcome) {
        (true, Some(Ending::Upheld)) => "upheld",
        (true, Some(Ending::Dismissed)) => "dismissed",
        (true, _) => "undecided",
        (false, _) if !found.arbiter.is_zero() => "at the arbiter",
        (false, _) if found.is_proven => "proven",
        (false, _) if !found.answered_by.is_zero() => "answered",
        (false, _) => "open",
    }
}

fn next(dispute: DisputeId, found: &Dispute, now: u64) -> Option<String> {
    let command = |verb: &str| Some(format!("`usufruct dispute {verb} {dispute}`"));
    if found.is_resolved {
        return match found.outcome {
            Some(Ending::Upheld) if found.kind == DisputeKind::Root => command("enforce"),
            Some(Ending::Upheld) if found.kind != DisputeKind::Usage => {
                Some(format!("`usufruct dispute enforce {dispute} --curator ADDRESS`"))
            }
            _ => None,
        };
    }
    match () {
        () if !found.arbiter.is_zero() => Some("the arbiter decides: `usufruct arbiter decide`".to_owned()),
        () if found.answered_by.is_zero() && now <= found.respond_by => command("answer"),
        () if found.answered_by.is_zero() || found.is_proven => command("resolve"),
        () => command("escalate"),
    }
}

/// A kind in words.
pub(super) const fn kind_text(kind: DisputeKind) -> &'static str {
    match kind {
        DisputeKind::Copy => "copy",
        DisputeKind::License => "license",
        DisputeKind::Poison => "poison",
        DisputeKind::Usage => "usage",
        DisputeKind::Root => "root",
    }
}

/// A case by its number, as it is typed.
pub(super) fn case_number(case: CaseId) -> String {
    alloy_primitives::U256::from_be_bytes(case.0.0).to_string()
}
