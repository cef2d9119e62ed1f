//! `usufruct dataset show`.

use serde::Serialize;
use usufruct_sdk::graph::answer;
use usufruct_types::Ppm;

use super::price_text;
use crate::{
    commands::{attest::statement_row, money_text, version_name},
    output::{Align, Page, Report, size_text},
};

/// Shards that a page shows; `--json` has up to 100.
const SHARDS_SHOWN: usize = 12;
/// Columns that a page names.
const COLUMNS_SHOWN: usize = 6;

/// A version in full.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Shown(pub(super) answer::Version);

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        let version = &self.0;
        let (summary, terms) = (&version.summary, version.summary.terms.as_ref());
        let manifest = version.manifest.as_ref();
        let name = version.dataset.as_ref().map_or("unnamed", |dataset| dataset.name.as_str());
        page.title(manifest.map_or(name, |manifest| manifest.title.as_str()));
        if let Some(terms) = terms {
            page.line(format!("  {}, {}", terms.license, price_text(terms)));
        }
        if let Some(tombstone) = &version.tombstone {
            page.line(format!("  {}", page.verdict(false, format!("withdrawn: {}", tombstone.reason))));
        }
        if let Some(manifest) = manifest {
            manifest.description.lines().for_each(|line| page.line(format!("  {line}")));
        }
        page.title("version");
        let languages = manifest.map(|manifest| manifest.language.join(", ")).unwrap_or_default();
        let earned: Vec<String> = version.revenue_totals.iter().map(|total| money_text(total, false)).collect();
        let columns = manifest.map(|manifest| columns_text(&manifest.fields)).unwrap_or_default();
        page.fields(&[
            ("dataset", format!("{name} v{}", summary.ordinal)),
            ("id", page.hash(summary.version_id)),
            ("manifest", page.hash(&summary.manifest_cid)),
            ("creator", page.hash(version.creator.address)),
            ("records", summary.records.0.to_string()),
            ("size", format!("{} in {} shards", size_text(summary.size_bytes.0), summary.shard_count.0)),
            ("language", languages),
            ("columns", columns),
            ("derivatives", version.child_count.0.to_string()),
            ("earned so far", earned.join(", ")),
        ]);
        if manifest.is_none() {
            page.note(format!("  The node does not have the manifest: {}.", version.manifest_state.to_lowercase()));
        }
        if let Some(terms) = terms {
            terms_page(page, terms);
        }
        self.people(page);
        self.content(page);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.0.summary.version_id.to_string()]
    }
}

impl Shown {
    fn people(&self, page: &mut Page) {
        let version = &self.0;
        if !version.parents.is_empty() {
            page.title("made from");
            let rows = version.parents.iter().map(|derivation| {
                let parent = derivation.parent.as_ref();
                let name = parent.map_or_else(|| "-".to_owned(), version_name);
                let id = parent.map_or_else(|| "-".to_owned(), |parent| page.hash(parent.version_id));
                vec![name, id, share_text(derivation.share_ppm)]
            });
            let columns = [("dataset", Align::Left), ("version", Align::Left), ("share of income", Align::Right)];
            page.table(&columns, &rows.collect::<Vec<_>>());
        }
        page.title("who is paid for what names no contributor");
        let rows = version
            .recipients
            .iter()
            .map(|recipient| vec![page.hash(recipient.account.address), share_text(recipient.share_ppm)]);
        page.table(&[("account", Align::Left), ("share", Align::Right)], &rows.collect::<Vec<_>>());
    }

    fn content(&self, page: &mut Page) {
        let version = &self.0;
        page.title("shards");
        let rows = version.shards.nodes.iter().take(SHARDS_SHOWN).map(|shard| {
            let contributor = shard.contributor.map_or_else(|| "-".to_owned(), |account| page.hash(account.address));
            vec![
                shard.ordinal.0.to_string(),
                page.hash(&shard.cid),
                size_text(shard.size_bytes.0),
                shard.records.0.to_string(),
                shard.tokens.0.to_string(),
                contributor,
            ]
        });
        let (left, right) = (Align::Left, Align::Right);
        let columns = [
            ("#", right),
            ("content id", left),
            ("size", right),
            ("records", right),
            ("tokens", right),
            ("contributor", left),
        ];
        page.table(&columns, &rows.collect::<Vec<_>>());
        let hidden = version.summary.shard_count.0.saturating_sub(SHARDS_SHOWN as u64);
        if hidden > 0 {
            page.note(format!("  and {hidden} more"));
        }
        if !version.attestations.nodes.is_empty() {
            page.title("statements");
            let rows = version.attestations.nodes.iter().map(|attestation| statement_row(page, attestation));
            page.table(
                &[("kind", left), ("attester", left), ("when", left), ("statement", left)],
                &rows.collect::<Vec<_>>(),
            );
        }
    }
}

fn terms_page(page: &mut Page, terms: &answer::Terms) {
    let words =
        |list: &[String]| list.iter().map(|word| word.to_lowercase().replace('_', " ")).collect::<Vec<_>>().join(", ");
    page.title("terms");
    page.fields(&[
        ("id", page.hash(terms.terms_id)),
        ("uses", words(&terms.uses)),
        ("obligations", words(&terms.obligations)),
        ("price", price_text(terms)),
        ("curators' share", share_text(terms.curator_share_ppm)),
    ]);
}

fn columns_text(fields: &[answer::Field]) -> String {
    let mut shown: Vec<String> =
        fields.iter().take(COLUMNS_SHOWN).map(|field| format!("{} {}", field.name, field.data_type)).collect();
    if fields.len() > COLUMNS_SHOWN {
        shown.push(format!("and {} more", fields.len() - COLUMNS_SHOWN));
    }
    shown.join(", ")
}

fn share_text(parts: u32) -> String {
    Ppm::try_new(parts).map_or_else(|_| format!("{parts} ppm"), |share| share.to_string())
}
