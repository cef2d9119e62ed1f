//! `usufruct license`.

mod desk;
mod file;
mod sign;

use serde::Serialize;
use usufruct_sdk::{graph::answer, market, survey::Survey};
use usufruct_types::{Address, LicenseId, TermsId, VersionId};

use crate::{
    args::{BuyArgs, LicenseCommand},
    commands::{
        Outcome, Sent,
        act::{Facts, Spend, act},
        gas_text, money_text, session, version_name,
    },
    errors::Fault,
    keys,
    output::{Align, Money, Page, Progress, Report, parse_amount},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bought {
    license: LicenseId,
    version: VersionId,
    terms: TermsId,
    licensee: Address,
    price: Money,
    transactions: Vec<Sent>,
}

impl Report for Bought {
    fn page(&self, page: &mut Page) {
        page.title(page.verdict(true, format!("license {}", self.license)));
        page.fields(&[
            ("version", page.hash(self.version)),
            ("terms", page.hash(self.terms)),
            ("licensee", page.hash(self.licensee)),
            ("paid", self.price.price_text()),
            ("gas", gas_text(&self.transactions)),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.license.to_string()]
    }
}

#[derive(Serialize)]
struct Licenses {
    account: Address,
    licenses: Vec<answer::License>,
}

impl Report for Licenses {
    fn page(&self, page: &mut Page) {
        if self.licenses.is_empty() {
            page.note(format!("{} holds no licenses.", page.hash(self.account)));
        }
        let rows: Vec<_> = self
            .licenses
            .iter()
            .map(|license| {
                let version = license.version.as_ref();
                vec![
                    license.license_id.to_string(),
                    version.map_or_else(|| "-".to_owned(), version_name),
                    version.map_or_else(|| "-".to_owned(), |version| page.hash(version.version_id)),
                    money_text(&license.price, true),
                    license.state.to_lowercase(),
                    license.ends_at.clone().unwrap_or_else(|| "never".to_owned()),
                ]
            })
            .collect();
        let left = Align::Left;
        let columns = [
            ("id", Align::Right),
            ("dataset", left),
            ("version", left),
            ("paid", Align::Right),
            ("state", left),
            ("ends", left),
        ];
        page.table(&columns, &rows);
    }

    fn ids(&self) -> Vec<String> {
        self.licenses.iter().map(|license| license.license_id.to_string()).collect()
    }
}

/// Runs a license command.
pub(crate) async fn run(settings: &Settings, command: LicenseCommand) -> anyhow::Result<Outcome> {
    match command {
        LicenseCommand::Buy(args) => match (args.quote.clone(), args.version) {
            (Some(quote), _) => desk::buy(settings, args, &quote).await,
            (None, Some(version)) => buy(settings, args, version).await,
            (None, None) => Err(Fault::usage("name a version, or pass --quote FILE").into()),
        },
        LicenseCommand::Quote(args) => sign::quote(settings, args).await,
        LicenseCommand::Intent(args) => sign::intent(settings, args).await,
        LicenseCommand::Fill(args) => desk::fill(settings, args).await,
        LicenseCommand::Trial(args) => desk::trial(settings, args).await,
        LicenseCommand::Revoke(args) => desk::revoke(settings, args).await,
        LicenseCommand::Cancel(args) => desk::cancel(settings, args).await,
        LicenseCommand::List(args) => {
            let account = match args.account {
                Some(account) => account,
                None => keys::signer(settings).await?.address(),
            };
            let licenses = session::client(settings)?.licenses(account).await?;
            Ok(Outcome::report(Licenses { account, licenses }))
        }
    }
}

async fn buy(settings: &Settings, args: BuyArgs, version: VersionId) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let progress = Progress::new(settings);
    progress.stage("reading the chain");
    let survey = Survey::read(wallet.reader()).await?;
    let offer = market::offer(&survey, version)
        .map_err(|error| Fault::not_found(error.to_string()).next("`usufruct dataset list` shows what there is"))?;
    let price = tokens.money(offer.price, offer.token);
    if let Some(max) = &args.max_price {
        let max = parse_amount(max, &price.token)?;
        if offer.price > max {
            return Err(Fault::usage(format!("the license costs {}, more than --max-price", price.text())).into());
        }
    }
    let licensee = args.licensee.unwrap_or_else(|| wallet.address());
    if args.dry_run {
        let spend =
            Spend { token: offer.token, spender: wallet.reader().deployment().royalty_roots, amount: offer.price };
        let facts = Facts::new("buy a license")
            .with("version", version)
            .with("terms", offer.terms)
            .with("licensee", licensee)
            .with("price", price.price_text());
        let action = wallet.buy_license(version, offer.terms, offer.price, licensee);
        return act(settings, &wallet, true, Some(spend), action, facts, |_, _| {}).await;
    }
    progress.stage("buying");
    let bought = market::buy(&wallet, &offer, licensee).await;
    let bought = bought.map_err(|error| session::explained(error.into(), &tokens))?;
    session::wait_indexed(settings, wallet.reader()).await;
    progress.clear();
    Ok(Outcome::report(Bought {
        license: bought.license,
        version,
        terms: offer.terms,
        licensee,
        price,
        transactions: bought.transactions.iter().map(Sent::from).collect(),
    }))
}
