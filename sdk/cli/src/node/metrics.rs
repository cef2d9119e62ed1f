//! Prometheus metrics of this process.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// The recorder that all crates write to.
#[derive(Clone)]
pub(crate) struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder. Once a process.
    pub(crate) fn install() -> anyhow::Result<Self> {
        Ok(Self(PrometheusBuilder::new().install_recorder()?))
    }

    /// All metrics in the Prometheus text form.
    pub(crate) fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}
