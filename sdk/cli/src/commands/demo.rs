//! `usufruct demo`: the whole loop on real data. The story itself is in [`crate::demo`].

use crate::{args::DemoArgs, demo, settings::Settings};

pub(crate) async fn run(settings: &Settings, args: DemoArgs) -> anyhow::Result<()> {
    demo::run(settings, args).await
}
