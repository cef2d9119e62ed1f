//! `usufruct wallet`.

use std::{fs, path::Path};

use alloy_primitives::U256;
use serde::Serialize;
use usufruct_chain::{Development, Signer};
use usufruct_types::{Address, Amount};

use crate::{
    args::{WalletBalanceArgs, WalletCommand, WalletFundArgs},
    commands::{Outcome, session},
    errors::Fault,
    keys,
    output::{Align, Money, MoneyError, Page, Report, TokenInfo, parse_amount},
    settings::Settings,
};

/// Gas money that a funded account has at least: one ether.
const GAS_WEI: u64 = 1_000_000_000_000_000_000;

/// Runs a wallet command.
pub(crate) async fn run(settings: &Settings, command: WalletCommand) -> anyhow::Result<Outcome> {
    match command {
        WalletCommand::New(args) => {
            let password = keys::password(settings, "Password of the new key", true)?;
            let folder = settings.keys_dir();
            keep(move || Signer::create_keystore(&folder, &args.name, &password)).await
        }
        WalletCommand::Import(args) => {
            let raw = settings.private_key.clone().ok_or_else(|| {
                Fault::usage("there is no key to import").next("set USUFRUCT_PRIVATE_KEY to it, for this command only")
            })?;
            let password = keys::password(settings, "Password to keep it under", true)?;
            let folder = settings.keys_dir();
            keep(move || Signer::import_keystore(&folder, &args.name, &password, &raw.value)).await
        }
        WalletCommand::List => Ok(Outcome::report(Keys { keys: kept(&settings.keys_dir())? })),
        WalletCommand::Address(args) => {
            let account = match args.name {
                // A kept key says its address without the password, as Foundry's do not: it must be opened.
                Some(name) => {
                    let path = keys::locate(settings, Path::new(&name))?;
                    match address_in(&path) {
                        Some(account) => account,
                        None => open(settings, &path).await?.address(),
                    }
                }
                None => keys::signer(settings).await?.address(),
            };
            Ok(Outcome::report(Account { account }))
        }
        WalletCommand::Balance(args) => balance(settings, args).await,
        WalletCommand::Fund(args) => fund(settings, args).await,
    }
}

#[derive(Serialize)]
struct Account {
    account: Address,
}

impl Report for Account {
    fn page(&self, page: &mut Page) {
        page.line(self.account);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.account.to_string()]
    }
}

#[derive(Serialize)]
struct NewKey {
    account: Address,
    keystore: String,
}

impl Report for NewKey {
    fn page(&self, page: &mut Page) {
        page.fields(&[("account", self.account.to_string()), ("keystore", self.keystore.clone())]);
        page.note("Without the password the key is lost. Back up the file and the password, apart from each other.");
    }

    fn ids(&self) -> Vec<String> {
        vec![self.account.to_string()]
    }
}

#[derive(Serialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    name: String,
    /// In the file only where `usufruct` wrote it; others keep it inside the encryption.
    account: Option<Address>,
}

impl Report for Keys {
    fn page(&self, page: &mut Page) {
        if self.keys.is_empty() {
            page.note("No keys are kept yet; `usufruct wallet new NAME` makes one.");
        }
        let shown = |account: Option<Address>| account.map_or_else(|| "-".to_owned(), |account| account.to_string());
        let rows: Vec<_> = self.keys.iter().map(|key| vec![key.name.clone(), shown(key.account)]).collect();
        page.table(&[("name", Align::Left), ("account", Align::Left)], &rows);
    }

    fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.name.clone()).collect()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Balance {
    account: Address,
    ether: Money,
    tokens: Vec<Money>,
}

impl Report for Balance {
    fn page(&self, page: &mut Page) {
        page.title(page.hash(self.account));
        let tokens = self.tokens.iter().map(|money| (money.token.symbol.as_str(), money.text()));
        let fields: Vec<_> = tokens.chain([("gas money", self.ether.text())]).collect();
        page.fields(&fields);
    }

    fn ids(&self) -> Vec<String> {
        self.tokens.iter().map(|money| format!("{} {}", money.amount, money.token.symbol)).collect()
    }
}

async fn keep(
    make: impl FnOnce() -> Result<(Signer, std::path::PathBuf), usufruct_chain::SignerError> + Send + 'static,
) -> anyhow::Result<Outcome> {
    // scrypt takes a second on purpose.
    let (signer, path) = tokio::task::spawn_blocking(make).await??;
    Ok(Outcome::report(NewKey { account: signer.address(), keystore: path.display().to_string() }))
}

async fn open(settings: &Settings, path: &Path) -> anyhow::Result<Signer> {
    let password = keys::password(settings, &format!("Password of {}", path.display()), false)?;
    let path = path.to_owned();
    Ok(tokio::task::spawn_blocking(move || Signer::from_keystore(&path, &password)).await??)
}

fn kept(folder: &Path) -> anyhow::Result<Vec<Key>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut keys = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name().and_then(|name| name.to_str())) {
            keys.push(Key { name: name.to_owned(), account: address_in(&path) });
        }
    }
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(keys)
}

/// The `address` field that geth writes beside the encrypted key. Nothing is decided by it.
fn address_in(path: &Path) -> Option<Address> {
    let json: serde_json::Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    json.get("address")?.as_str()?.trim_start_matches("0x").parse().ok()
}

async fn balance(settings: &Settings, args: WalletBalanceArgs) -> anyhow::Result<Outcome> {
    let account = match args.account {
        Some(account) => account,
        None => keys::signer(settings).await?.address(),
    };
    balance_of(settings, account).await
}

async fn balance_of(settings: &Settings, account: Address) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let tokens = session::tokens(&reader).await?;
    let mut held = Vec::new();
    for token in [&tokens.payment, &tokens.stake] {
        let amount = reader.balance_of(token.token, account).await?;
        held.push(Money::new(Amount::new(u128::try_from(amount)?), token));
    }
    let wei = u128::try_from(reader.rpc().ether_of(account).await?)?;
    let ether =
        Money::new(Amount::new(wei), &TokenInfo { token: Address::ZERO, symbol: "ETH".to_owned(), decimals: 18 });
    Ok(Outcome::report(Balance { account, ether, tokens: held }))
}

async fn fund(settings: &Settings, args: WalletFundArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let account = args.account.unwrap_or_else(|| wallet.address());
    let amounts = [(&tokens.payment, &args.payment), (&tokens.stake, &args.stake)];
    let amounts: Result<Vec<_>, _> =
        amounts.into_iter().map(|(token, text)| Ok((token, parse_amount(text, token)?))).collect();
    let development = Development::try_new(wallet.reader().rpc().clone())?;
    let amounts: Vec<(&TokenInfo, Amount)> = amounts.map_err(|error: MoneyError| Fault::usage(error.to_string()))?;
    if wallet.reader().rpc().ether_of(account).await? < U256::from(GAS_WEI) {
        development.fund(account, U256::from(GAS_WEI)).await?;
    }
    for (token, amount) in amounts.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        wallet.mint_development_token(token.token, account, amount).await?;
    }
    balance_of(settings, account).await
}
