//! The address book: where the contracts are, and on which chain.

use std::{fs, io::Read as _, path::Path};

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use usufruct_attestation::Schema;

/// Format of the file. Raised when a field changes its meaning or a new one is needed.
pub(crate) const FORMAT: u32 = 1;
/// Longest file that is read.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Where the contracts of one deployment are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    /// Format of the file: 1.
    pub format: u32,
    /// Chain id.
    pub chain_id: u64,
    /// Hash of block 0: two development chains share an id, not their history.
    pub genesis_hash: B256,
    /// First block that can hold an event of the contracts.
    pub block: u64,
    /// OpenZeppelin `AccessManager` that governs the others.
    pub authority: Address,
    /// `AssetRegistry`.
    pub asset_registry: Address,
    /// `TermsBook`.
    pub terms_book: Address,
    /// `LicenseDesk`.
    pub license_desk: Address,
    /// `CurationStake`.
    pub curation_stake: Address,
    /// `UsageLedger`.
    pub usage_ledger: Address,
    /// `RoyaltyRoots`.
    pub royalty_roots: Address,
    /// EAS.
    pub eas: Address,
    /// EAS' `SchemaRegistry`.
    pub schema_registry: Address,
    /// `AttestationGate`, the resolver of our schemas.
    pub attestation_gate: Address,
    /// Token of prices and payouts.
    pub payment_token: Address,
    /// Token of stakes, bonds and votes.
    pub stake_token: Address,
    /// `QualityBoard`, where curators score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_board: Option<Address>,
    /// `ModelBook`, which binds models to jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_book: Option<Address>,
    /// `InferenceTill`, where inference is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inference_till: Option<Address>,
    /// `DisputeHub`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute_hub: Option<Address>,
    /// `DaoArbiter`, which asks the DAO to decide disputes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dao_arbiter: Option<Address>,
    /// `UsufructGovernor`; where there is one, the stake token carries its votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub governor: Option<Address>,
    /// OpenZeppelin `TimelockController`, which carries out what was voted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timelock: Option<Address>,
    /// Uids of our schemas.
    pub schemas: Schemas,
}

/// A contract that a deployment may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Later {
    QualityBoard,
    ModelBook,
    InferenceTill,
    DisputeHub,
    DaoArbiter,
    Governor,
    Timelock,
}

/// Uids of the schemas that are registered with EAS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schemas {
    /// Of `source`.
    pub source: B256,
    /// Of `license`.
    pub license: B256,
    /// Of `quality`.
    pub quality: B256,
    /// Of `derivation`.
    pub derivation: B256,
}

/// Why an address book is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// The file cannot be read or written.
    #[error("the address book {path} cannot be {verb}")]
    File {
        /// The file.
        path: String,
        /// `read` or `written`.
        verb: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not an address book.
    #[error("{path} is no address book of Usufruct")]
    Parse {
        /// The file.
        path: String,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// The file is of another format.
    #[error("the address book has format {found}; this program reads format {FORMAT}")]
    Format {
        /// What it says.
        found: u32,
    },
    /// A schema uid is not that of our schema under the book's resolver.
    #[error(
        "the address book gives the uid {found} for schema '{schema}'; under its attestation gate it is {expected}"
    )]
    SchemaUid {
        /// The schema.
        schema: Schema,
        /// What the book says.
        found: B256,
        /// What it must be.
        expected: B256,
    },
    /// Another chain.
    #[error("the address book is for chain {expected}, the node is on chain {found}")]
    Chain {
        /// Of the book.
        expected: u64,
        /// Of the node.
        found: u64,
    },
    /// Another history under the same chain id.
    #[error(
        "the node's chain started at block {found}, the address book's at {expected}: the chain was reset; deploy again and rebuild the index, or restore the chain's state"
    )]
    Genesis {
        /// Of the book.
        expected: B256,
        /// Of the node.
        found: B256,
    },
    /// Nothing where a contract should be.
    #[error("there is no code at {address}, where the address book has {contract}")]
    NoCode {
        /// The contract.
        contract: &'static str,
        /// Where.
        address: Address,
    },
    /// EAS does not know a schema.
    #[error("schema '{schema}' is not registered with EAS under {uid}")]
    NoSchema {
        /// The schema.
        schema: Schema,
        /// Its uid.
        uid: B256,
    },
    /// A chain with real money has its own payment token.
    #[error("chain {chain_id} is no development chain: give the address of the payment token")]
    TokenMissing {
        /// The chain.
        chain_id: u64,
    },
    /// The proxy that makes addresses predictable is not on the chain.
    #[error("the deterministic deployment proxy is not at {proxy} on chain {chain_id}")]
    NoProxy {
        /// The chain.
        chain_id: u64,
        /// Where it should be.
        proxy: Address,
    },
    /// What is at a contract's address is not that contract.
    #[error("at {address}, where {contract} goes, {fault}")]
    Code {
        /// The contract.
        contract: &'static str,
        /// Where.
        address: Address,
        /// How it differs.
        fault: crate::deploy::CodeFault,
    },
    /// The deployment is older than a contract.
    #[error("the deployment has no {contract}")]
    Lacks {
        /// The contract.
        contract: &'static str,
    },
    /// A setting did not take effect.
    #[error("it was set that {what}, and it is not so")]
    NotSet {
        /// The setting.
        what: String,
    },
}

impl Schemas {
    /// The uids of our schemas under `resolver`.
    pub fn under(resolver: Address) -> Self {
        Self {
            source: Schema::Source.uid(resolver),
            license: Schema::License.uid(resolver),
            quality: Schema::Quality.uid(resolver),
            derivation: Schema::Derivation.uid(resolver),
        }
    }

    /// The uid of a schema.
    pub const fn uid(&self, schema: Schema) -> B256 {
        match schema {
            Schema::Source => self.source,
            Schema::License => self.license,
            Schema::Quality => self.quality,
            Schema::Derivation => self.derivation,
        }
    }

    /// The schema with a uid.
    pub fn of_uid(&self, uid: B256) -> Option<Schema> {
        Schema::ALL.into_iter().find(|schema| self.uid(*schema) == uid)
    }
}

impl Deployment {
    /// Reads and checks an address book.
    pub fn load(path: &Path) -> Result<Self, DeploymentError> {
        let file = |source| DeploymentError::File { path: path.display().to_string(), verb: "read", source };
        let mut text = String::new();
        fs::File::open(path).map_err(file)?.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(file)?;
        let parse = |source| DeploymentError::Parse { path: path.display().to_string(), source };
        // The format first: what follows may differ in another one.
        let Format { format } = serde_json::from_str(&text).map_err(parse)?;
        if format != FORMAT {
            return Err(DeploymentError::Format { found: format });
        }
        let book: Self = serde_json::from_str(&text).map_err(parse)?;
        book.check()?;
        Ok(book)
    }

    /// Writes the address book, whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), DeploymentError> {
        let file = |source| DeploymentError::File { path: path.display().to_string(), verb: "written", source };
        let mut text = serde_json::to_string_pretty(self).map_err(|error| file(error.into()))?;
        text.push('\n');
        let mut partial = path.as_os_str().to_owned();
        partial.push(".part");
        fs::write(&partial, text).map_err(file)?;
        fs::rename(&partial, path).map_err(file)
    }

    /// The contracts whose every log is looked at.
    pub fn emitters(&self) -> Vec<Address> {
        let first = [
            self.asset_registry,
            self.terms_book,
            self.license_desk,
            self.attestation_gate,
            self.curation_stake,
            self.usage_ledger,
            self.royalty_roots,
        ];
        let later = self.later().into_iter().filter(|(later, ..)| *later != Later::Timelock);
        first.into_iter().chain(later.filter_map(|(.., address)| address)).collect()
    }

    /// The token whose delegated votes are read. Nearly all of its logs are transfers, which are not.
    pub fn vote_token(&self) -> Option<Address> {
        self.governor.map(|_| self.stake_token)
    }

    /// Every contract with its name in the book.
    pub fn contracts(&self) -> Vec<(&'static str, Address)> {
        let first = [
            ("authority", self.authority),
            ("assetRegistry", self.asset_registry),
            ("termsBook", self.terms_book),
            ("licenseDesk", self.license_desk),
            ("curationStake", self.curation_stake),
            ("usageLedger", self.usage_ledger),
            ("royaltyRoots", self.royalty_roots),
            ("eas", self.eas),
            ("schemaRegistry", self.schema_registry),
            ("attestationGate", self.attestation_gate),
            ("paymentToken", self.payment_token),
            ("stakeToken", self.stake_token),
        ];
        let later = self.later().into_iter().filter_map(|(_, name, address)| Some((name, address?)));
        first.into_iter().chain(later).collect()
    }

    /// The contract at an address, of those that a deployment may lack.
    pub(crate) fn later_at(&self, address: Address) -> Option<Later> {
        let found = self.later().into_iter().find(|(.., at)| *at == Some(address));
        found.map(|(later, ..)| later)
    }

    const fn later(&self) -> [(Later, &'static str, Option<Address>); 7] {
        [
            (Later::QualityBoard, "qualityBoard", self.quality_board),
            (Later::ModelBook, "modelBook", self.model_book),
            (Later::InferenceTill, "inferenceTill", self.inference_till),
            (Later::DisputeHub, "disputeHub", self.dispute_hub),
            (Later::DaoArbiter, "daoArbiter", self.dao_arbiter),
            (Later::Governor, "governor", self.governor),
            (Later::Timelock, "timelock", self.timelock),
        ]
    }

    fn check(&self) -> Result<(), DeploymentError> {
        let under = Schemas::under(self.attestation_gate);
        for schema in Schema::ALL {
            let (found, expected) = (self.schemas.uid(schema), under.uid(schema));
            if found != expected {
                return Err(DeploymentError::SchemaUid { schema, found, expected });
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}
