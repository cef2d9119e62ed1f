//! `usufruct stake`.

use alloy_primitives::U256;
use serde::Serialize;
use usufruct_chain::Wallet;
use usufruct_sdk::graph::answer;
use usufruct_types::{Address, Amount, AssetId};

use crate::{
    args::StakeCommand,
    commands::{Outcome, Sent, gas_text, money_text, session},
    errors::Fault,
    output::{Align, Money, Page, Report, TokenInfo, parse_amount},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    dataset: AssetId,
    curator: Address,
    /// `staked`, `unstakeRequested` or `withdrawn`.
    change: &'static str,
    amount: Money,
    /// First block at which stake counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_from_block: Option<u64>,
    /// Unix second from which it can be withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawable_at: Option<u64>,
    transactions: Vec<Sent>,
}

impl Report for Change {
    fn page(&self, page: &mut Page) {
        let verb = match self.change {
            "staked" => "staked",
            "unstakeRequested" => "asked back",
            _ => "withdrawn",
        };
        page.title(page.verdict(true, format!("{} {verb}", self.amount.text())));
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        page.fields(&[
            ("dataset", page.hash(self.dataset)),
            ("curator", page.hash(self.curator)),
            ("counts from block", number(self.active_from_block)),
            ("withdrawable at", number(self.withdrawable_at)),
            ("gas", gas_text(&self.transactions)),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        self.transactions.iter().map(|sent| sent.hash.to_string()).collect()
    }
}

#[derive(Serialize)]
struct Stakes {
    dataset: AssetId,
    stakes: Vec<answer::Stake>,
}

impl Report for Stakes {
    fn page(&self, page: &mut Page) {
        if self.stakes.is_empty() {
            page.note("Nobody staked on this dataset.");
        }
        let rows: Vec<_> = self
            .stakes
            .iter()
            .map(|stake| {
                let amounts = [&stake.active, &stake.warming, &stake.thawing, &stake.slashed];
                let amounts = amounts.into_iter().map(|money| money_text(money, false));
                std::iter::once(page.hash(stake.curator.address)).chain(amounts).collect()
            })
            .collect();
        let right = Align::Right;
        let columns = [
            ("curator", Align::Left),
            ("counts", right),
            ("warming up", right),
            ("thawing", right),
            ("slashed", right),
        ];
        page.table(&columns, &rows);
    }

    fn ids(&self) -> Vec<String> {
        self.stakes.iter().map(|stake| stake.curator.address.to_string()).collect()
    }
}

/// Runs a stake command.
pub(crate) async fn run(settings: &Settings, command: StakeCommand) -> anyhow::Result<Outcome> {
    if let StakeCommand::List(args) = command {
        let stakes = session::client(settings)?.stakes(args.dataset, args.curator).await?;
        return Ok(Outcome::report(Stakes { dataset: args.dataset, stakes }));
    }
    let wallet = session::wallet(settings).await?;
    let token = session::tokens(wallet.reader()).await?.stake;
    let change = match command {
        StakeCommand::Add(args) => add(&wallet, &token, args.dataset, parse_amount(&args.amount, &token)?).await?,
        StakeCommand::Remove(args) => {
            let amount = parse_amount(&args.amount, &token)?;
            let receipt = wallet.request_unstake(args.dataset, amount).await?;
            let sent = Sent::of("requestUnstake", &receipt);
            let mut change = Change::new(&wallet, &token, args.dataset, "unstakeRequested", amount, vec![sent]);
            change.withdrawable_at = Some(receipt.made);
            change
        }
        StakeCommand::Withdraw(args) => {
            let receipt = wallet.withdraw_stake(args.dataset).await?;
            let sent = Sent::of("withdraw", &receipt);
            Change::new(&wallet, &token, args.dataset, "withdrawn", receipt.made, vec![sent])
        }
        StakeCommand::List(_) => return Ok(Outcome::silent(crate::errors::Exit::Done)),
    };
    session::wait_indexed(settings, wallet.reader()).await;
    Ok(Outcome::report(change))
}

async fn add(wallet: &Wallet, token: &TokenInfo, dataset: AssetId, amount: Amount) -> anyhow::Result<Change> {
    let (reader, account) = (wallet.reader(), wallet.address());
    let wanted = U256::from(amount.units());
    let held = reader.balance_of(token.token, account).await?;
    if held < wanted {
        let held = Money::new(Amount::new(u128::try_from(held)?), token).text();
        let fault = Fault::usage(format!("account {account} holds {held} and is to stake more"));
        return Err(fault.next("on a dev chain, `usufruct wallet fund` mints tokens").into());
    }
    let mut sent = Vec::new();
    let spender = reader.deployment().curation_stake;
    if reader.allowance(token.token, account, spender).await? < wanted {
        sent.push(Sent::of("approve", &wallet.approve(token.token, spender, amount).await?));
    }
    let receipt = wallet.stake(dataset, amount).await?;
    sent.push(Sent::of("stake", &receipt));
    let mut change = Change::new(wallet, token, dataset, "staked", amount, sent);
    change.active_from_block = Some(receipt.made);
    Ok(change)
}

impl Change {
    fn new(
        wallet: &Wallet,
        token: &TokenInfo,
        dataset: AssetId,
        change: &'static str,
        amount: Amount,
        transactions: Vec<Sent>,
    ) -> Self {
        Self {
            dataset,
            curator: wallet.address(),
            change,
            amount: Money::new(amount, token),
            active_from_block: None,
            withdrawable_at: None,
            transactions,
        }
    }
}
