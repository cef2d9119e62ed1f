//! What this server speaks for: one chain, its contracts and tokens.

use usufruct_types::{Address, B256};

/// One deployment of the contracts, as the address book names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentInfo {
    /// The chain.
    pub chain_id: u64,
    /// Block at which the contracts were deployed; nothing is indexed below it.
    pub block: u64,
    /// The contracts.
    pub contracts: Contracts,
    /// EAS schemas.
    pub schemas: Schemas,
    /// Token that licenses and usage are paid in.
    pub payment_token: TokenInfo,
    /// Token that curators stake.
    pub stake_token: TokenInfo,
}

/// Addresses of the contracts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contracts {
    /// Access manager of all others.
    pub authority: Address,
    /// Assets and versions.
    pub asset_registry: Address,
    /// License terms.
    pub terms_book: Address,
    /// Sale of licenses.
    pub license_desk: Address,
    /// Stakes.
    pub curation_stake: Address,
    /// Jobs and usage.
    pub usage_ledger: Address,
    /// Revenue, roots and claims.
    pub royalty_roots: Address,
    /// Ethereum Attestation Service.
    pub eas: Address,
    /// Its schema registry.
    pub schema_registry: Address,
    /// Resolver of our schemas.
    pub attestation_gate: Address,
    /// Quality scores.
    pub quality_board: Option<Address>,
    /// Models and their jobs.
    pub model_book: Option<Address>,
    /// Payment of inference.
    pub inference_till: Option<Address>,
    /// Disputes.
    pub dispute_hub: Option<Address>,
    /// Arbiter that asks the DAO.
    pub dao_arbiter: Option<Address>,
    /// Votes of the DAO.
    pub governor: Option<Address>,
    /// Carries out what was voted.
    pub timelock: Option<Address>,
}

impl Contracts {
    /// The name of the contract at an address, as the API calls it.
    pub(crate) fn name_of(&self, address: Address) -> Option<&'static str> {
        let named = [
            ("authority", Some(self.authority)),
            ("assetRegistry", Some(self.asset_registry)),
            ("termsBook", Some(self.terms_book)),
            ("licenseDesk", Some(self.license_desk)),
            ("curationStake", Some(self.curation_stake)),
            ("usageLedger", Some(self.usage_ledger)),
            ("royaltyRoots", Some(self.royalty_roots)),
            ("eas", Some(self.eas)),
            ("schemaRegistry", Some(self.schema_registry)),
            ("attestationGate", Some(self.attestation_gate)),
            ("qualityBoard", self.quality_board),
            ("modelBook", self.model_book),
            ("inferenceTill", self.inference_till),
            ("disputeHub", self.dispute_hub),
            ("daoArbiter", self.dao_arbiter),
            ("governor", self.governor),
            ("timelock", self.timelock),
        ];
        named.into_iter().find(|(_, at)| *at == Some(address)).map(|(name, _)| name)
    }
}

/// Uids of the EAS schemas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schemas {
    /// Where data comes from.
    pub source: B256,
    /// Under which license.
    pub license: B256,
    /// How good it is.
    pub quality: B256,
    /// What it derives from.
    pub derivation: B256,
}

/// A token and how to show amounts of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Its contract.
    pub address: Address,
    /// Its name in short, such as `dUSD`.
    pub symbol: String,
    /// Digits behind the decimal point when shown; amounts are always in the smallest unit.
    pub decimals: u8,
}

impl DeploymentInfo {
    /// What is known of a token.
    pub(crate) fn token(&self, address: Address) -> Option<&TokenInfo> {
        [&self.payment_token, &self.stake_token].into_iter().find(|token| token.address == address)
    }
}
