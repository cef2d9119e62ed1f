//! `usufruct license buy --quote`, `fill`, `trial`, `revoke`, `cancel`: one transaction each.

use serde::Serialize;
use usufruct_chain::{Payment, Wallet};
use usufruct_types::{Address, Amount, LicenseId, event::Event};

use super::file;
use crate::{
    args::{BuyArgs, CancelArgs, FillArgs, RevokeArgs, TrialArgs},
    commands::{
        Outcome, Sent,
        act::{Facts, Spend, act},
        gas_text, session,
    },
    errors::Fault,
    output::{Page, Progress, Report, parse_amount},
    settings::Settings,
};

/// Buys at a quote.
pub(super) async fn buy(settings: &Settings, args: BuyArgs, path: &std::path::Path) -> anyhow::Result<Outcome> {
    let signed = file::quote(path)?;
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let (quote, price) = (&signed.quote, tokens.money(Amount::new(signed.quote.price), signed.quote.token));
    if args.version.is_some_and(|version| version != quote.version) {
        return Err(Fault::usage(format!("{} is for version {}", path.display(), quote.version)).into());
    }
    if let Some(max) = &args.max_price
        && price.amount > parse_amount(max, &price.token)?
    {
        return Err(Fault::usage(format!("the quote is {}, more than --max-price", price.text())).into());
    }
    let licensee = match (args.licensee, quote.licensee) {
        (Some(licensee), _) => licensee,
        (None, Address::ZERO) => wallet.address(),
        (None, named) => named,
    };
    let facts = Facts::new("buy a license at a quote")
        .with("version", quote.version)
        .with("licensee", licensee)
        .with("price", price.price_text());
    let spend = Spend { token: quote.token, spender: wallet.reader().deployment().royalty_roots, amount: price.amount };
    let action = wallet.buy_quoted(&signed, licensee);
    act(settings, &wallet, args.dry_run, Some(spend), action, facts, bought).await
}

fn bought(license: &LicenseId, facts: &mut Facts) {
    facts.title(format!("license {license}"));
    facts.add("license", license);
    facts.id(license);
}

/// Gives a trial.
pub(super) async fn trial(settings: &Settings, args: TrialArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new("give a trial license")
        .with("version", args.version)
        .with("licensee", args.licensee)
        .with("units", args.units);
    let action = wallet.grant_trial(args.version, args.licensee, args.units, args.days.seconds());
    act(settings, &wallet, args.dry_run, None, action, facts, bought).await
}

/// Ends a license and pays back.
pub(super) async fn revoke(settings: &Settings, args: RevokeArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let license = LicenseId(args.license);
    let (price, token) = sold_for(&wallet, license).await?;
    let facts = Facts::new(format!("end license {license}")).with("reason", &args.reason);
    // At most the price; what is left of it now is a matter of seconds.
    let spend = Spend { token, spender: wallet.reader().deployment().license_desk, amount: price };
    let action = wallet.revoke_and_refund_license(license, &args.reason);
    act(settings, &wallet, args.dry_run, Some(spend), action, facts, |refund, facts| {
        facts.title(format!("license {license} ended"));
        facts.add("refunded", tokens.money(*refund, token).text());
        facts.id(license);
    })
    .await
}

/// What a license was sold for.
async fn sold_for(wallet: &Wallet, license: LicenseId) -> anyhow::Result<(Amount, Address)> {
    let reader = wallet.reader();
    let head = reader.head().await?.number;
    let events = reader.events(reader.deployment().block..=head).await?;
    let sold = events.events.into_iter().find_map(|located| match located.event {
        Event::LicenseGranted { license: found, price, token, .. } if found == license => Some((price, token)),
        _ => None,
    });
    let next = "`usufruct license list` shows an account's licenses";
    Ok(sold.ok_or_else(|| Fault::not_found(format!("there is no license {license}")).next(next))?)
}

/// Cancels what was signed.
pub(super) async fn cancel(settings: &Settings, args: CancelArgs) -> anyhow::Result<Outcome> {
    let nonce = file::nonce(&args.file)?;
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new(format!("cancel {}", args.file.display())).with("nonce", nonce);
    let action = wallet.use_license_nonce(nonce);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| facts.title("canceled")).await
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filled {
    is_dry_run: bool,
    fills: Vec<Fill>,
    transactions: Vec<Sent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fill {
    file: String,
    buyer: Address,
    license: Option<LicenseId>,
    gas: u64,
}

impl Report for Filled {
    fn page(&self, page: &mut Page) {
        let verb = if self.is_dry_run { "could be filled" } else { "filled" };
        page.title(page.verdict(true, format!("{} intents {verb}", self.fills.len())));
        for fill in &self.fills {
            let license = fill.license.map_or_else(|| "-".to_owned(), |license| license.to_string());
            page.line(format!("  {}  license {license}  for {}", fill.file, page.hash(fill.buyer)));
        }
        page.fields(&[("gas", gas_text(&self.transactions))]);
    }

    fn ids(&self) -> Vec<String> {
        self.fills.iter().filter_map(|fill| fill.license).map(|license| license.to_string()).collect()
    }
}

/// Carries intents out, one after the other.
pub(super) async fn fill(settings: &Settings, args: FillArgs) -> anyhow::Result<Outcome> {
    let intents =
        args.intents.iter().map(|path| Ok((path, file::intent(path)?))).collect::<anyhow::Result<Vec<_>>>()?;
    let quote = args.quote.as_deref().map(file::quote).transpose()?;
    let wallet = session::wallet(settings).await?;
    let progress = Progress::new(settings);
    let (mut fills, mut transactions) = (Vec::new(), Vec::new());
    for (path, signed) in intents {
        progress.stage(format!("filling {}", path.display()));
        let action = wallet.fill_intent(&signed, quote.as_ref(), &Payment::default());
        let (license, gas) = if args.dry_run {
            (None, action.simulate().await?.gas)
        } else {
            let receipt = action.await?;
            transactions.push(Sent::of("buyFor", &receipt));
            (Some(receipt.made), receipt.gas_used)
        };
        fills.push(Fill { file: path.display().to_string(), buyer: signed.intent.buyer, license, gas });
    }
    session::wait_indexed(settings, wallet.reader()).await;
    progress.clear();
    Ok(Outcome::report(Filled { is_dry_run: args.dry_run, fills, transactions }))
}
