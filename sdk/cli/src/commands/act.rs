//! One transaction of a command: tried or sent, with the allowance that it takes.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use serde::Serialize;
use serde_json::Value;
use usufruct_chain::{Action, Wallet};
use usufruct_types::{Address, Amount};

use crate::{
    commands::{Outcome, Sent, gas_text, session},
    errors::{Exit, Fault},
    output::{Money, Page, Progress, Report},
    settings::Settings,
};

/// What a contract takes from the account by an allowance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spend {
    pub(super) token: Address,
    pub(super) spender: Address,
    pub(super) amount: Amount,
}

/// What a transaction is about, and what it made: a title, and values by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    title: String,
    values: Vec<(&'static str, String)>,
    ids: Vec<String>,
}

impl Facts {
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Another title.
    pub(super) fn title(&mut self, title: impl Into<String>) {
        self.title = title.into();
    }

    /// A value by its name, which is that in JSON, too.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.add(name, value);
        self
    }

    pub(super) fn add(&mut self, name: &'static str, value: impl ToString) {
        self.values.push((name, value.to_string()));
    }

    /// What `-q` prints.
    pub(super) fn id(&mut self, id: impl ToString) {
        self.ids.push(id.to_string());
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Acted {
    is_dry_run: bool,
    /// Gas that it would use; only in a dry run, and only where the allowance is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    gas: Option<u64>,
    #[serde(flatten)]
    values: BTreeMap<&'static str, Value>,
    transactions: Vec<Sent>,
    #[serde(skip)]
    facts: Facts,
    #[serde(skip)]
    allowance: Option<String>,
}

impl Report for Acted {
    fn page(&self, page: &mut Page) {
        let verdict =
            if self.is_dry_run { format!("would do: {}", self.facts.title) } else { self.facts.title.clone() };
        page.title(page.verdict(true, verdict));
        let mut fields: Vec<_> = self.facts.values.iter().map(|(name, value)| (*name, page.hash(value))).collect();
        if let Some(allowance) = &self.allowance {
            fields.push(("allowance", allowance.clone()));
        }
        fields.push((
            "gas",
            match (self.is_dry_run, self.gas) {
                (false, _) => gas_text(&self.transactions),
                (true, Some(gas)) => gas.to_string(),
                (true, None) => "known once the allowance is given".to_owned(),
            },
        ));
        page.fields(&fields);
        if self.is_dry_run {
            page.note("  Nothing was sent. Run again without --dry-run.");
        }
    }

    fn ids(&self) -> Vec<String> {
        self.facts.ids.clone()
    }
}

/// Tries or sends an action. `told` adds what it made.
pub(super) async fn act<T: Send + 'static>(
    settings: &Settings,
    wallet: &Wallet,
    is_dry_run: bool,
    spend: Option<Spend>,
    action: Action<'_, T>,
    mut facts: Facts,
    told: impl FnOnce(&T, &mut Facts),
) -> anyhow::Result<Outcome> {
    let progress = Progress::new(settings);
    progress.stage("reading the chain");
    let missing = match spend {
        Some(spend) if !spend.amount.is_zero() => missing_allowance(wallet, spend).await?,
        _ => None,
    };
    let mut transactions = Vec::new();
    let mut gas = None;
    let mut allowance = None;
    if is_dry_run {
        match missing {
            Some(spend) => {
                allowance = Some(format!("{} to {} comes first", told_amount(wallet, spend).await?, spend.spender))
            }
            None => gas = Some(action.simulate().await?.gas),
        }
    } else {
        progress.stage("sending");
        if let Some(spend) = missing {
            let receipt = wallet.approve(spend.token, spend.spender, spend.amount).await?;
            transactions.push(Sent::of("approve", &receipt));
        }
        let name = action.name();
        let receipt = action.await?;
        transactions.push(Sent::of(name, &receipt));
        told(&receipt.made, &mut facts);
        session::wait_indexed(settings, wallet.reader()).await;
    }
    progress.clear();
    let values = facts.values.iter().map(|(name, value)| (*name, Value::from(value.clone()))).collect();
    Ok(Outcome::report(Acted { is_dry_run, gas, values, transactions, facts, allowance }))
}

/// The spending, where its allowance is missing; fails where the account does not hold as much.
async fn missing_allowance(wallet: &Wallet, spend: Spend) -> anyhow::Result<Option<Spend>> {
    let (reader, amount) = (wallet.reader(), U256::from(spend.amount.units()));
    if reader.balance_of(spend.token, wallet.address()).await? < amount {
        let needed = told_amount(wallet, spend).await?;
        let fault =
            Fault::new(Exit::Refused, "balance", format!("account {} does not hold {needed}", wallet.address()));
        return Err(fault.next("on a dev chain, `usufruct wallet fund` mints tokens").into());
    }
    let allowed = reader.allowance(spend.token, wallet.address(), spend.spender).await?;
    Ok((allowed < amount).then_some(spend))
}

async fn told_amount(wallet: &Wallet, spend: Spend) -> anyhow::Result<String> {
    let tokens = session::tokens(wallet.reader()).await?;
    let money: Money = tokens.money(spend.amount, spend.token);
    Ok(money.text())
}
