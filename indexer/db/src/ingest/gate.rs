//! Which schemas the deployment's attestation gate registered.

use usufruct_attestation::{Schema, Statement};
use usufruct_types::{Address, B256};

/// The schemas of one `AttestationGate`, by uid.
pub(super) struct Gate(Vec<(B256, Schema)>);

impl Gate {
    pub(super) fn new(address: Address) -> Self {
        Self(Schema::ALL.into_iter().map(|schema| (schema.uid(address), schema)).collect())
    }

    /// What `data` says under the schema with this uid; `None` where it says nothing that we can read.
    pub(super) fn decode(&self, uid: B256, data: &[u8]) -> Option<Statement> {
        Statement::decode(self.schema(uid)?, data).ok()
    }

    /// The name of the schema with this uid, `unknown` for one that is not ours.
    pub(super) fn kind(&self, uid: B256) -> &'static str {
        self.schema(uid).map_or("unknown", Schema::name)
    }

    fn schema(&self, uid: B256) -> Option<Schema> {
        self.0.iter().find(|(known, _)| *known == uid).map(|(_, schema)| *schema)
    }
}
