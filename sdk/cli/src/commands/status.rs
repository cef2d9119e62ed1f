//! `usufruct status`.

use serde::Serialize;
use usufruct_sdk::graph::answer::Meta;

use crate::{
    commands::{Outcome, session},
    output::{Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    node: String,
    rpc: Option<String>,
    data_dir: String,
    /// Process of the node, where it runs in this data directory.
    pid: Option<u32>,
    lag_blocks: Option<u64>,
    #[serde(flatten)]
    meta: Meta,
}

impl Report for Status {
    fn page(&self, page: &mut Page) {
        let number = |number: Option<u64>| number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
        let indexed = self.meta.block.as_ref().map(|block| block.number.0);
        page.title(
            page.verdict(self.meta.is_caught_up, if self.meta.is_caught_up { "up to date" } else { "catching up" }),
        );
        page.fields(&[
            ("page", self.node.clone()),
            ("GraphQL", format!("{}/graphql", self.node)),
            ("RPC", self.rpc.clone().unwrap_or_default()),
            ("chain", self.meta.deployment.chain_id.0.to_string()),
            ("head", number(self.meta.chain_head.map(|head| head.0))),
            ("indexed", number(indexed)),
            ("lag", number(self.lag_blocks)),
            ("final", number(self.meta.finalized_block.map(|block| block.0))),
            ("data", self.data_dir.clone()),
            ("process", self.pid.map(|pid| pid.to_string()).unwrap_or_default()),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.node.clone()]
    }
}

/// Asks the node how far it is.
pub(crate) async fn run(settings: &Settings) -> anyhow::Result<Outcome> {
    let client = session::client(settings)?;
    let meta = client.meta().await?;
    Ok(Outcome::report(Status {
        node: client.base().to_owned(),
        rpc: settings.rpc.as_ref().map(|rpc| rpc.value.clone()),
        data_dir: settings.data_dir.value.display().to_string(),
        pid: settings.running.as_ref().map(|running| running.pid),
        lag_blocks: meta.lag.map(|lag| lag.0),
        meta,
    }))
}
