//! Publishing, attesting, staking.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::Context as _;
use usufruct_attestation::{Derivation, License, Quality, Source, Statement};
use usufruct_chain::{AttestOptions, Reader};
use usufruct_manifest::{Contributor, SourceClaim, cut::ShardTarget};
use usufruct_sdk::{
    content,
    peer::Peer,
    publish::{Publication, PublishPlan, publish as publish_version},
    survey::Survey,
};
use usufruct_storage::version::load_index;
use usufruct_types::{
    Address, Amount, B256, BlobHash, LicenseId, Obligations, Ppm, Terms, Unit, Uses, VersionId,
    event::{AssetKind, Parent},
};

use super::{
    derive,
    gas::Gas,
    inputs::{self, Inputs},
    peer,
    roles::{Cast, DUSD, Role, USUF},
    stage::Stages,
    summary::{AttestationSummary, LicenseSummary, PublicationSummary},
};

/// Small shards, so that a small dataset has several.
const SHARD_BYTES: u64 = 128 << 10;

/// What is published, by whom.
pub(super) struct Catalog {
    pub(super) corpus: Published,
    pub(super) strikes: Published,
    pub(super) stories: Published,
    pub(super) licenses: Vec<LicenseSummary>,
    pub(super) peers: Vec<Peer>,
}

/// A publication with what the summary says of it.
pub(super) struct Published {
    pub(super) publication: Publication,
    name: String,
    creator: Address,
    terms: Terms,
}

impl Published {
    pub(super) const fn version(&self) -> VersionId {
        self.publication.version
    }
}

impl Catalog {
    /// Whose shards are whose, in words: `14 of 28 shards of wildlife-strikes`.
    pub(super) async fn shards_by_account(&self) -> anyhow::Result<BTreeMap<Address, Vec<String>>> {
        let mut texts: BTreeMap<Address, Vec<String>> = BTreeMap::new();
        for (one, peer) in [&self.corpus, &self.strikes, &self.stories].into_iter().zip(&self.peers) {
            let index = load_index(peer.node(), one.publication.manifest_hash).await?;
            let mut shards: BTreeMap<Address, usize> = BTreeMap::new();
            for row in &index.rows {
                *shards.entry(row.contributor.unwrap_or(one.creator)).or_default() += 1;
            }
            for (account, count) in shards {
                let text = format!("{count} of {} shards of {}", index.rows.len(), one.name);
                texts.entry(account).or_default().push(text);
            }
        }
        Ok(texts)
    }

    pub(super) fn publications(&self) -> Vec<PublicationSummary> {
        [&self.corpus, &self.strikes, &self.stories]
            .into_iter()
            .map(|one| PublicationSummary {
                dataset: one.name.clone(),
                version: one.publication.version,
                manifest_cid: one.publication.manifest_cid.clone(),
                shards: one.publication.shards as usize,
                records: one.publication.records,
                size_bytes: one.publication.size_bytes,
                creator: one.creator,
                license: one.terms.license.clone(),
            })
            .collect()
    }
}

fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).expect("written here, below the whole")
}

/// Everything is permitted and nothing costs.
fn public_domain() -> Terms {
    let uses = [Uses::TRAIN, Uses::FINE_TUNE, Uses::EVALUATE, Uses::INFERENCE, Uses::DERIVE, Uses::COMMERCIAL];
    Terms {
        license: "CC-PDDC".to_owned(),
        field_of_use: String::new(),
        uses: uses.into_iter().fold(Uses::default(), Uses::union),
        obligations: Obligations::default(),
        token: Address::ZERO,
        flat_price: Amount::ZERO,
        unit: Unit::None,
        unit_price: Amount::ZERO,
        curator_share: Ppm::ZERO,
        inference_share: Ppm::ZERO,
        duration_seconds: 0,
        offered_until: 0,
        user_limit: 0,
    }
}

fn paid(token: Address, license: &str, flat_price: u128, unit: Unit, unit_price: u128, curators: u32) -> Terms {
    let uses = [Uses::TRAIN, Uses::FINE_TUNE, Uses::EVALUATE, Uses::DERIVE, Uses::COMMERCIAL];
    Terms {
        license: license.to_owned(),
        uses: uses.into_iter().fold(Uses::default(), Uses::union),
        obligations: Obligations::ATTRIBUTION,
        token,
        flat_price: Amount::new(flat_price),
        unit,
        unit_price: Amount::new(unit_price),
        curator_share: ppm(curators),
        inference_share: ppm(20_000),
        ..public_domain()
    }
}

/// Publishes the corpus, the table and what is derived from both.
pub(super) async fn publish(
    dir: &Path,
    reader: &Reader,
    cast: &Cast,
    inputs: &Inputs,
    gas: &Gas,
    stages: &mut Stages,
) -> anyhow::Result<Catalog> {
    let token = reader.deployment().payment_token;
    let librarian_peer = peer(dir, "librarian", reader).await?;
    let agency_peer = peer(dir, "agency", reader).await?;
    let storyteller_peer = peer(dir, "storyteller", reader).await?;
    let target = ShardTarget::try_new(SHARD_BYTES)?;

    let corpus = PublishPlan {
        source: inputs.corpus.clone(),
        kind: AssetKind::Dataset,
        name: "public-domain-prose".to_owned(),
        title: "Public domain prose".to_owned(),
        description:
            "Shakespeare, Milton, Carroll and a workshop on electronic texts, as documents of about 2,000 characters."
                .to_owned(),
        language: vec!["en".to_owned()],
        terms: public_domain(),
        parents: Vec::new(),
        contributors: BTreeMap::new(),
        recipients: Vec::new(),
        sources: vec![SourceClaim {
            uri: "https://www.gutenberg.org/".to_owned(),
            statement: "Texts out of copyright, cut at paragraphs.".to_owned(),
        }],
        shard_target: target,
    };
    let corpus = published(
        stages,
        "creator A publishes a text corpus, public domain",
        &librarian_peer,
        &cast.librarian,
        corpus,
        gas,
    )
    .await?;

    let contributors = inputs::STRIKES.iter().zip(&cast.offices).map(|((file, _), office)| {
        let name = office.name.split(" (").next().unwrap_or(office.name).to_owned();
        ((*file).to_owned(), Contributor { account: office.address(), name })
    });
    let strikes = PublishPlan {
        source: inputs.strikes.clone(),
        name: "wildlife-strikes".to_owned(),
        title: "Wildlife strikes of U.S. aviation".to_owned(),
        description: "Reports of birds and other animals that aircraft met, gathered by three offices.".to_owned(),
        terms: paid(token, "LicenseRef-Strikes-Training-1.0", 25 * DUSD, Unit::Record, 1_500, 100_000),
        contributors: contributors.collect(),
        sources: vec![SourceClaim {
            uri: "https://wildlife.faa.gov/".to_owned(),
            statement: "FAA Wildlife Strike Database, told apart by the region of the state.".to_owned(),
        }],
        ..blank(target)
    };
    let strikes = published(
        stages,
        "creator B publishes a table of three contributors, licensed",
        &agency_peer,
        &cast.agency,
        strikes,
        gas,
    )
    .await?;

    stages.begin("creator C licenses B's table, streams both over iroh and derives a text");
    let (license, made) = derive_stories(dir, &storyteller_peer, &cast.storyteller, &corpus, &strikes, gas).await?;
    stages.done(&format!("license {} for {} dUSD", license.license, super::summary::decimal(license.price, 6)));
    let stories = PublishPlan {
        source: made,
        name: "strike-stories".to_owned(),
        title: "Strike stories".to_owned(),
        description: "Old prose and modern strike reports in one text.".to_owned(),
        terms: paid(token, "LicenseRef-Stories-Training-1.0", 5 * DUSD, Unit::Token, 20, 50_000),
        parents: vec![
            Parent { version: corpus.version(), share: ppm(150_000) },
            Parent { version: strikes.version(), share: ppm(350_000) },
        ],
        ..blank(target)
    };
    let stories = published(
        stages,
        "creator C publishes the derived version with declared shares",
        &storyteller_peer,
        &cast.storyteller,
        stories,
        gas,
    )
    .await?;
    Ok(Catalog {
        corpus,
        strikes,
        stories,
        licenses: vec![license],
        peers: vec![librarian_peer, agency_peer, storyteller_peer],
    })
}

fn blank(shard_target: ShardTarget) -> PublishPlan {
    PublishPlan {
        source: std::path::PathBuf::new(),
        kind: AssetKind::Dataset,
        name: String::new(),
        title: String::new(),
        description: String::new(),
        language: vec!["en".to_owned()],
        terms: public_domain(),
        parents: Vec::new(),
        contributors: BTreeMap::new(),
        recipients: Vec::new(),
        sources: Vec::new(),
        shard_target,
    }
}

async fn published(
    stages: &mut Stages,
    stage: &str,
    peer: &Peer,
    role: &Role,
    plan: PublishPlan,
    gas: &Gas,
) -> anyhow::Result<Published> {
    stages.begin(stage);
    let publication = publish_version(peer, &role.wallet, &plan, &(Arc::new(|_| {}) as _)).await?;
    for sent in &publication.transactions {
        gas.note(sent.action, sent.gas_used);
    }
    stages.done(&format!(
        "{} shards, {} records, {} bytes, manifest {}",
        publication.shards, publication.records, publication.size_bytes, publication.manifest_cid
    ));
    Ok(Published { publication, name: plan.name, creator: role.address(), terms: plan.terms })
}

/// Buys a license of the table, fetches both versions, writes what is derived from them.
async fn derive_stories(
    dir: &Path,
    peer: &Peer,
    role: &Role,
    corpus: &Published,
    strikes: &Published,
    gas: &Gas,
) -> anyhow::Result<(LicenseSummary, std::path::PathBuf)> {
    let wallet = &role.wallet;
    let deployment = wallet.reader().deployment();
    let provider = peer.provider();
    let announced = wallet.announce_endpoint(provider.endpoint, &provider.addresses).await?;
    gas.note("announceEndpoint", announced.gas_used);
    let price = strikes.terms.flat_price;
    let allowed = wallet.approve(strikes.terms.token, deployment.royalty_roots, price).await?;
    gas.note("approve", allowed.gas_used);
    let bought = wallet.buy_license(strikes.version(), strikes.publication.terms, price, role.address()).await?;
    gas.note("buy", bought.gas_used);
    let LicenseId(license) = bought.made;

    let survey = Survey::read(wallet.reader()).await?;
    let corpus = content::fetch(peer.node(), &survey, corpus.version()).await?;
    let table = content::fetch(peer.node(), &survey, strikes.version()).await?;
    let made = dir.join("inputs").join("strike-stories.jsonl");
    derive::stories(peer, &corpus, &table, &made).await.context("what creator C derives")?;
    let summary = LicenseSummary { license, version: strikes.version(), licensee: role.address(), price };
    Ok((summary, made))
}

/// Signs statements, anchors them, stakes, and judges.
pub(super) async fn attest(
    cast: &Cast,
    catalog: &Catalog,
    gas: &Gas,
    stages: &mut Stages,
) -> anyhow::Result<Vec<AttestationSummary>> {
    stages.begin("creators sign source, license and derivation statements (EIP-712), anchored through EAS");
    let source = |of: &Published, uri: &str| {
        Statement::Source(Source {
            version: of.version(),
            source_uri: uri.to_owned(),
            evidence_hash: B256::ZERO,
            statement: "Taken from there, whole or as described in the manifest.".to_owned(),
        })
    };
    let license = |of: &Published| {
        Statement::License(License {
            version: of.version(),
            terms_id: of.publication.terms,
            license: of.terms.license.clone(),
            evidence_uri: String::new(),
            statement: "I may license this under these terms.".to_owned(),
        })
    };
    let derivation = |parent: &Published, share: u32| {
        Statement::Derivation(Derivation {
            version: catalog.stories.version(),
            parent: parent.version(),
            share: ppm(share),
            statement: "Records are made from records of the parent.".to_owned(),
        })
    };
    let statements = [
        (&cast.librarian, source(&catalog.corpus, "https://www.gutenberg.org/")),
        (&cast.librarian, license(&catalog.corpus)),
        (&cast.agency, source(&catalog.strikes, "https://wildlife.faa.gov/")),
        (&cast.agency, license(&catalog.strikes)),
        (&cast.storyteller, license(&catalog.stories)),
        (&cast.storyteller, derivation(&catalog.corpus, 150_000)),
        (&cast.storyteller, derivation(&catalog.strikes, 350_000)),
    ];
    let mut made = Vec::new();
    for (role, statement) in &statements {
        made.push(anchored(role, statement, gas).await?);
    }
    stages.done(&format!("{} statements", made.len()));

    stages.begin("two curators stake, one attests quality");
    let stake_token = cast.governor.wallet.reader().deployment().stake_token;
    let [ada, ben] = &cast.curators;
    let stakes = [(ada, &catalog.strikes, 300), (ben, &catalog.strikes, 100), (ben, &catalog.stories, 200)];
    for (curator, on, usuf) in stakes {
        let amount = Amount::new(usuf * USUF);
        let staking = curator.wallet.reader().deployment().curation_stake;
        gas.note("approve", curator.wallet.approve(stake_token, staking, amount).await?.gas_used);
        gas.note("stake", curator.wallet.stake(on.publication.asset, amount).await?.gas_used);
    }
    let judged = Statement::Quality(Quality {
        version: catalog.strikes.version(),
        score: ppm(920_000),
        report: BlobHash::default(),
        statement: "Dates and species are complete; 0.8 % of the airports are misspelt.".to_owned(),
    });
    made.push(anchored(ada, &judged, gas).await?);
    stages.done("600 USUF on two datasets, score 92 %");
    Ok(made)
}

async fn anchored(role: &Role, statement: &Statement, gas: &Gas) -> anyhow::Result<AttestationSummary> {
    let receipt = role.wallet.attest(statement, AttestOptions::default()).await?;
    gas.note("attestByDelegation", receipt.gas_used);
    Ok(AttestationSummary {
        kind: statement.schema().name(),
        version: statement.subject(),
        attester: role.address(),
        uid: receipt.made.0,
    })
}
