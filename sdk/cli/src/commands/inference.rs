//! `usufruct inference`.

use std::{collections::BTreeMap, fs, path::Path};

use alloy_primitives::{U256, hex};
use serde::Serialize;
use usufruct_chain::{Proof, Wallet};
use usufruct_types::{Address, Amount, B256, PaymentId, VersionId, event::Event};

use crate::{
    args::{
        InferenceCommand, InferenceFulfilArgs, InferenceListArgs, InferenceOrderArgs, InferencePayArgs, InferencePrice,
        InferenceRefundArgs,
    },
    commands::{
        Outcome,
        act::{Facts, Spend, act},
        attest::evidence,
        session,
    },
    errors::{Exit, Fault},
    output::{Align, Money, Page, Progress, Report, parse_amount},
    settings::Settings,
};

/// Longest proof that is read: a transaction holds no more.
const PROOF_BYTES_MAX: u64 = 128 * 1024;

/// A payment or an order, by the chain's log.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    payment: PaymentId,
    version: VersionId,
    payer: Address,
    price: Money,
    request: B256,
    /// `paid`, `proven`, `open`, `fulfilled` or `refunded`.
    state: &'static str,
    /// Last Unix second for the proof of an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<u64>,
}

#[derive(Serialize)]
struct Payments {
    payments: Vec<Listed>,
}

impl Report for Payments {
    fn page(&self, page: &mut Page) {
        if self.payments.is_empty() {
            page.note("No inference was paid or ordered.");
        }
        let row = |listed: &Listed| {
            vec![
                page.hash(listed.payment),
                page.hash(listed.version),
                page.hash(listed.payer),
                listed.price.text(),
                listed.state.to_owned(),
                listed.deadline.map_or_else(|| "-".to_owned(), |deadline| deadline.to_string()),
            ]
        };
        let rows: Vec<_> = self.payments.iter().map(row).collect();
        let left = Align::Left;
        let columns = [
            ("payment", left),
            ("model version", left),
            ("payer", left),
            ("price", Align::Right),
            ("state", left),
            ("deadline", Align::Right),
        ];
        page.table(&columns, &rows);
    }

    fn ids(&self) -> Vec<String> {
        self.payments.iter().map(|listed| listed.payment.to_string()).collect()
    }
}

/// Runs an inference command.
pub(crate) async fn run(settings: &Settings, command: InferenceCommand) -> anyhow::Result<Outcome> {
    match command {
        InferenceCommand::Pay(args) => pay(settings, args).await,
        InferenceCommand::Order(args) => order(settings, args).await,
        InferenceCommand::Fulfil(args) => fulfil(settings, args).await,
        InferenceCommand::Refund(args) => refund(settings, args).await,
        InferenceCommand::List(args) => list(settings, args).await,
    }
}

/// A price, read and checked.
struct Asked {
    version: VersionId,
    price: Money,
    request: B256,
}

impl Asked {
    async fn new(wallet: &Wallet, args: &InferencePrice, needs_verifier: bool) -> anyhow::Result<Self> {
        let request = evidence(Some(&args.request))?;
        let token = session::tokens(wallet.reader()).await?.payment;
        let amount = parse_amount(&args.amount, &token).map_err(|error| Fault::usage(error.to_string()))?;
        if amount.is_zero() {
            return Err(Fault::usage("nothing is no price").into());
        }
        let version = args.version;
        let model = wallet.reader().model_version_of(version).await?;
        let model =
            model.ok_or_else(|| Fault::not_found(format!("no version {version} is registered on this chain")))?;
        if !model.is_bound {
            let told = format!("version {version} is not bound to jobs: nobody knows whose data it came from");
            let fault = Fault::new(Exit::Refused, "not_bound", told);
            return Err(fault.next("its owner binds it with `usufruct model bind`").into());
        }
        if needs_verifier && model.verifier.is_none() {
            let fault =
                Fault::new(Exit::Refused, "no_verifier", format!("version {version} has nothing to check proofs"));
            return Err(fault.next("`usufruct inference pay` without a proof pays it on trust").into());
        }
        Ok(Self { version, price: Money::new(amount, &token), request })
    }

    fn spend(&self, wallet: &Wallet) -> Option<Spend> {
        let spender = wallet.reader().deployment().royalty_roots;
        Some(Spend { token: self.price.token.token, spender, amount: self.price.amount })
    }

    fn facts(&self, title: String) -> Facts {
        Facts::new(title).with("version", self.version).with("price", self.price.text()).with("request", self.request)
    }
}

async fn pay(settings: &Settings, args: InferencePayArgs) -> anyhow::Result<Outcome> {
    let proof = args.proof.proof.as_deref().map(|file| proof(file, &args.proof.instances)).transpose()?;
    let wallet = session::wallet(settings).await?;
    let asked = Asked::new(&wallet, &args.price, proof.is_some()).await?;
    let (token, amount) = (asked.price.token.token, asked.price.amount);
    let action = wallet.pay_inference(asked.version, token, amount, asked.request, proof.as_ref())?;
    let how = if proof.is_some() { "paid, with a proof" } else { "paid, on trust" };
    let facts = asked.facts(format!("{} {how}", asked.price.text()));
    act(settings, &wallet, args.dry_run, asked.spend(&wallet), action, facts, |payment, facts| {
        facts.add("payment", payment);
        facts.id(payment);
    })
    .await
}

async fn order(settings: &Settings, args: InferenceOrderArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let asked = Asked::new(&wallet, &args.price, true).await?;
    let deadline = match args.deadline {
        Some(deadline) => deadline,
        None => session::now(wallet.reader()).await?.saturating_add(args.within.seconds()),
    };
    let (token, amount) = (asked.price.token.token, asked.price.amount);
    let action = wallet.order_inference(asked.version, token, amount, asked.request, deadline)?;
    let facts = asked.facts(format!("{} wait for a proof", asked.price.text())).with("deadline", deadline);
    act(settings, &wallet, args.dry_run, asked.spend(&wallet), action, facts, |payment, facts| {
        facts.add("payment", payment);
        facts.id(payment);
    })
    .await
}

async fn fulfil(settings: &Settings, args: InferenceFulfilArgs) -> anyhow::Result<Outcome> {
    let proof = proof(&args.proof, &args.instances)?;
    let wallet = session::wallet(settings).await?;
    let payment = args.payment;
    let found = open_order(&wallet, payment).await?;
    let now = wallet.reader().head().await?.timestamp;
    if found.deadline < now {
        let told = format!("the deadline of order {payment} passed {} s ago", now - found.deadline);
        let fault = Fault::new(Exit::Refused, "deadline_passed", told);
        return Err(fault.next("`usufruct inference refund` pays it back").into());
    }
    let tokens = session::tokens(wallet.reader()).await?;
    let price = tokens.money(found.amount, found.token).text();
    let action = wallet.fulfil_inference(payment, &proof)?;
    let mut facts = Facts::new(format!("proven: the model earned {price}"))
        .with("payment", payment)
        .with("version", found.version)
        .with("price", price);
    facts.id(payment);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), _| {}).await
}

async fn refund(settings: &Settings, args: InferenceRefundArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let payment = args.payment;
    let found = open_order(&wallet, payment).await?;
    let now = session::now(wallet.reader()).await?;
    if now <= found.deadline {
        let told = format!("order {payment} can be fulfilled for another {} s", found.deadline - now);
        let fault = Fault::new(Exit::Refused, "deadline_ahead", told);
        return Err(fault.next(format!("try again after Unix second {}", found.deadline)).into());
    }
    let price = session::tokens(wallet.reader()).await?.money(found.amount, found.token).text();
    let action = wallet.refund_inference(payment)?;
    let mut facts = Facts::new(format!("{price} went back"))
        .with("payment", payment)
        .with("payer", found.payer)
        .with("price", price);
    facts.id(payment);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), _| {}).await
}

async fn open_order(wallet: &Wallet, payment: PaymentId) -> anyhow::Result<usufruct_chain::InferenceOrder> {
    let found = wallet.reader().inference_order_of(payment).await?;
    Ok(found.ok_or_else(|| {
        let fault = Fault::not_found(format!("no order {payment} waits: it never did, was fulfilled or paid back"));
        fault.next("`usufruct inference list --open` shows those that wait")
    })?)
}

async fn list(settings: &Settings, args: InferenceListArgs) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let progress = Progress::new(settings);
    progress.stage("reading the chain's log");
    let tokens = session::tokens(&reader).await?;
    let head = reader.head().await?.number;
    let events = reader.events(reader.deployment().block..=head).await?.events;
    progress.clear();
    let payments = fold(events.into_iter().map(|located| located.event), |amount, token| tokens.money(amount, token));
    let is_asked = |listed: &Listed| {
        args.version.is_none_or(|version| version == listed.version)
            && args.payer.is_none_or(|payer| payer == listed.payer)
            && (!args.open || listed.state == "open")
    };
    Ok(Outcome::report(Payments { payments: payments.into_iter().filter(is_asked).collect() }))
}

/// Payments and orders in the order of the log, each as it stands at its end.
fn fold(events: impl Iterator<Item = Event>, money: impl Fn(Amount, Address) -> Money) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    let mut places = BTreeMap::new();
    for event in events {
        match event {
            Event::InferenceOrdered(it) => {
                places.insert(it.payment, listed.len());
                listed.push(Listed {
                    payment: it.payment,
                    version: it.version,
                    payer: it.payer,
                    price: money(it.amount, it.token),
                    request: it.request,
                    state: "open",
                    deadline: Some(it.deadline),
                });
            }
            Event::InferencePaid(it) => match places.get(&it.payment).and_then(|&place| listed.get_mut(place)) {
                Some(order) => order.state = "fulfilled",
                None => listed.push(Listed {
                    payment: it.payment,
                    version: it.version,
                    payer: it.payer,
                    price: money(it.amount, it.token),
                    request: it.request,
                    state: if it.proof.is_zero() { "paid" } else { "proven" },
                    deadline: None,
                }),
            },
            Event::InferenceRefunded(it) => {
                if let Some(order) = places.get(&it.payment).and_then(|&place| listed.get_mut(place)) {
                    order.state = "refunded";
                }
            }
            _ => {}
        }
    }
    listed
}

/// A proof from a file, of bytes or of hex, and its instances.
fn proof(file: &Path, instances: &[String]) -> anyhow::Result<Proof> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        Fault::not_found(format!("the proof {} cannot be read", file.display())).because(reason.to_string())
    };
    let size = fs::metadata(file).map_err(|error| unreadable(&error))?.len();
    if size > PROOF_BYTES_MAX {
        return Err(Fault::usage(format!("the proof has {size} bytes; a transaction holds {PROOF_BYTES_MAX}")).into());
    }
    let bytes = fs::read(file).map_err(|error| unreadable(&error))?;
    let text = std::str::from_utf8(&bytes).ok().map(str::trim).and_then(|text| text.strip_prefix("0x"));
    let proof = text.and_then(|digits| hex::decode(digits).ok()).unwrap_or(bytes);
    let instances = instances.iter().map(|text| {
        let number = text.trim().parse::<U256>();
        number.map_err(|_| Fault::usage(format!("'{text}' is no instance: a number below 2^256, decimal or 0x hex")))
    });
    Ok(Proof { proof, instances: instances.collect::<Result<_, _>>()? })
}

#[cfg(test)]
mod tests {
    use usufruct_types::event::{InferenceOrdered, InferencePaid, InferenceRefunded};

    use super::*;
    use crate::output::TokenInfo;

    fn id(byte: u8) -> PaymentId {
        PaymentId(B256::repeat_byte(byte))
    }

    #[test]
    fn a_payment_is_listed_as_it_stands_at_the_end_of_the_log() {
        let (version, payer, token) =
            (VersionId(B256::repeat_byte(9)), Address::repeat_byte(8), Address::repeat_byte(7));
        let (amount, request) = (Amount::new(5), B256::repeat_byte(6));
        let ordered = |payment| {
            Event::InferenceOrdered(InferenceOrdered { payment, version, payer, token, amount, request, deadline: 70 })
        };
        let paid = |payment, proof| {
            Event::InferencePaid(InferencePaid { payment, version, payer, token, amount, request, proof })
        };
        let log = [
            paid(id(1), B256::ZERO),
            ordered(id(2)),
            ordered(id(3)),
            paid(id(4), B256::repeat_byte(1)),
            ordered(id(5)),
            paid(id(2), B256::repeat_byte(1)),
            Event::InferenceRefunded(InferenceRefunded { payment: id(3) }),
        ];
        let money = |amount, token| Money::new(amount, &TokenInfo { token, symbol: "T".to_owned(), decimals: 0 });
        let listed = fold(log.into_iter(), money);
        let states: Vec<_> = listed.iter().map(|listed| (listed.payment, listed.state)).collect();
        let expected = [(id(1), "paid"), (id(2), "fulfilled"), (id(3), "refunded"), (id(4), "proven"), (id(5), "open")];
        assert_eq!(states, expected);
    }

    #[test]
    fn a_proof_is_bytes_or_hex_and_its_instances_are_numbers() {
        let dir = tempfile::tempdir().expect("a directory");
        let (raw, hexed) = (dir.path().join("raw"), dir.path().join("hex"));
        fs::write(&raw, [0xff, 0x00, 0x10]).expect("writes");
        fs::write(&hexed, "0xff0010\n").expect("writes");
        let given = ["17".to_owned(), " 0x10".to_owned()];
        let expected = Proof { proof: vec![0xff, 0x00, 0x10], instances: vec![U256::from(17), U256::from(16)] };
        assert_eq!(proof(&raw, &given).expect("bytes"), expected);
        assert_eq!(proof(&hexed, &given).expect("hex"), expected);
        assert!(proof(&raw, &["seven".to_owned()]).is_err());
        assert!(proof(&dir.path().join("absent"), &given).is_err());
    }
}
