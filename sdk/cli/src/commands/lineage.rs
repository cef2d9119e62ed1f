//! `usufruct lineage show`: provenance as a tree.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use usufruct_sdk::graph::{
    Direction as Way,
    answer::{Provenance, ProvenanceNode},
};
use usufruct_types::{Ppm, VersionId};

use crate::{
    args::{Direction, LineageCommand, LineageShowArgs},
    commands::{Outcome, session},
    output::{Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lineage {
    version: VersionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    up: Option<Provenance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down: Option<Provenance>,
}

impl Report for Lineage {
    fn page(&self, page: &mut Page) {
        for (title, graph, is_up) in [("made from", &self.up, true), ("used by", &self.down, false)] {
            let Some(graph) = graph else { continue };
            page.title(title);
            let lines = tree(graph, is_up, &|id| page.hash(id));
            lines.iter().for_each(|line| page.line(format!("  {line}")));
            if lines.len() == 1 {
                page.note("  nothing");
            }
            if graph.is_truncated {
                page.note("  and more, beyond the 1,000 nodes that are walked");
            }
        }
    }

    fn ids(&self) -> Vec<String> {
        let graphs = [&self.up, &self.down].into_iter().flatten();
        let versions = graphs.flat_map(|graph| &graph.nodes).filter_map(|node| node.version.as_ref());
        let mut seen = HashSet::new();
        versions.map(|version| version.version_id).filter(|id| seen.insert(*id)).map(|id| id.to_string()).collect()
    }
}

/// Asks for the lineage of a version.
pub(crate) async fn run(settings: &Settings, command: LineageCommand) -> anyhow::Result<Outcome> {
    let LineageCommand::Show(LineageShowArgs { version, direction, depth }) = command;
    let client = session::client(settings)?;
    let walk = async |way, is_wanted: bool| -> anyhow::Result<Option<Provenance>> {
        Ok(if is_wanted { Some(client.provenance(version, way, depth).await?) } else { None })
    };
    let up = walk(Way::Up, direction != Direction::Down).await?;
    let down = walk(Way::Down, direction != Direction::Up).await?;
    Ok(Outcome::report(Lineage { version, up, down }))
}

/// The graph as lines of a tree. A version that is reached twice (a diamond) is drawn once in full and then
/// only named: the tree stays as large as the graph.
fn tree(graph: &Provenance, is_up: bool, shown: &dyn Fn(&str) -> String) -> Vec<String> {
    let nodes: HashMap<&str, &ProvenanceNode> = graph.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut next: HashMap<&str, Vec<(&str, Option<u32>)>> = HashMap::new();
    for edge in &graph.edges {
        // Accounts are the ends of every path and would hide the versions.
        if nodes.get(edge.to.as_str()).is_none_or(|node| node.account.is_some()) {
            continue;
        }
        let (from, to) = if is_up { (&edge.from, &edge.to) } else { (&edge.to, &edge.from) };
        next.entry(from).or_default().push((to, edge.share_ppm));
    }
    let mut lines = Vec::new();
    let mut drawn = HashSet::new();
    // Depth first without recursion: (node, share, prefix of its line, prefix of its children).
    let mut open = vec![(graph.root.as_str(), None, String::new(), String::new())];
    while let Some((id, share, prefix, below)) = open.pop() {
        let share = share.map_or_else(String::new, |parts| format!("  {}", share_text(parts)));
        let label = nodes.get(id).map_or_else(|| id.to_owned(), |node| label(node, shown));
        let is_new = drawn.insert(id);
        let again = if is_new { "" } else { "  (above)" };
        lines.push(format!("{prefix}{label}{share}{again}"));
        if !is_new {
            continue;
        }
        let children = next.get(id).map(Vec::as_slice).unwrap_or_default();
        for (index, &(child, share)) in children.iter().enumerate().rev() {
            let is_last = index + 1 == children.len();
            let (branch, rest) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            open.push((child, share, format!("{below}{branch}"), format!("{below}{rest}")));
        }
    }
    lines
}

fn label(node: &ProvenanceNode, shown: &dyn Fn(&str) -> String) -> String {
    if let Some(version) = &node.version {
        let name = version.dataset.as_ref().map_or("unnamed", |dataset| dataset.name.as_str());
        let license = version.terms.as_ref().map_or_else(String::new, |terms| format!("  {}", terms.license));
        return format!("{name} v{}  {}{license}", version.ordinal, shown(&version.version_id.to_string()));
    }
    if let Some(job) = &node.job {
        return format!("job {}", shown(&job.job_id.to_string()));
    }
    node.account.map_or_else(|| node.id.clone(), |account| format!("account {}", shown(&account.address.to_string())))
}

fn share_text(parts: u32) -> String {
    Ppm::try_new(parts).map_or_else(|_| format!("{parts} ppm"), |share| share.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(id: &str, name: &str, depth: u32) -> serde_json::Value {
        let dataset = json!({ "assetId": format!("0x{}", "00".repeat(32)), "name": name });
        let version = json!({ "versionId": format!("0x{}", "00".repeat(32)), "ordinal": 1, "dataset": dataset, "terms": { "license": "MIT" } });
        json!({ "id": id, "kind": "ENTITY", "depth": depth, "version": version, "job": null, "account": null })
    }

    fn edge(from: &str, to: &str, share: u32) -> serde_json::Value {
        json!({ "from": from, "to": to, "relation": "WAS_DERIVED_FROM", "sharePpm": share })
    }

    #[test]
    fn a_diamond_is_drawn_once_in_full() {
        let graph: Provenance = serde_json::from_value(json!({
            "root": "d", "isTruncated": false,
            "nodes": [version("d", "derived", 0), version("a", "left", 1), version("b", "right", 1), version("r", "root", 2)],
            "edges": [edge("d", "a", 300_000), edge("d", "b", 125_000), edge("a", "r", 500_000), edge("b", "r", 1)],
        }))
        .expect("of the schema");
        let lines = tree(&graph, true, &|_| "0x…".to_owned());
        assert_eq!(
            lines,
            [
                "derived v1  0x…  MIT",
                "├─ left v1  0x…  MIT  30 %",
                "│  └─ root v1  0x…  MIT  50 %",
                "└─ right v1  0x…  MIT  12.5 %",
                "   └─ root v1  0x…  MIT  0.0001 %  (above)",
            ]
        );
        assert_eq!(tree(&graph, false, &|_| String::new()).len(), 1, "nothing is derived from it");
    }
}
