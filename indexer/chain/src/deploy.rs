//! Putting the contracts on a chain, and checking that they are there.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, TxKind},
    sol_types::{SolCall, SolConstructor},
};
use usufruct_attestation::Schema;
use usufruct_types::{Amount, Ppm};

use crate::{
    ChainError, Deployment, DeploymentError, Rpc, Schemas, Signer,
    bindings::{
        AccessManager, AssetRegistry, AttestationGate, CurationStake, DevToken, EAS, LicenseDesk, RoyaltyRoots,
        SchemaRegistry, TermsBook, UsageLedger,
    },
    sender::{Sender, Sent},
    signer::DEVELOPMENT_CHAIN_ID,
};

/// What a deployment starts with. Governance may change all but the tokens later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployParameters {
    /// Token of prices and payouts; `None` deploys "Usufruct Dev Dollar" (dUSD, 6 decimals), on
    /// development chains only.
    pub payment_token: Option<Address>,
    /// Token of stakes and bonds; `None` deploys "Usufruct" (USUF, 18 decimals), on development
    /// chains only.
    pub stake_token: Option<Address>,
    /// Who receives the protocol fee; `None`: the deployer.
    pub treasury: Option<Address>,
    /// Share of every revenue that goes to the treasury, at most 10 %.
    pub protocol_fee: Ppm,
    /// How long a proposed root can be rejected, in whole seconds: 1 second to 30 days.
    pub challenge_window: Duration,
    /// Bond of a proposed root, in the stake token.
    pub bond: Amount,
    /// Blocks after which stake counts.
    pub warmup_blocks: u64,
    /// How long stake thaws, in whole seconds: 1 second to 365 days.
    pub thaw: Duration,
}

impl Default for DeployParameters {
    /// 2.5 % fee, a day of challenge, 1,000 USUF bond, 100 blocks of warm-up, 14 days of thaw.
    fn default() -> Self {
        Self {
            payment_token: None,
            stake_token: None,
            treasury: None,
            protocol_fee: Ppm::try_new(25_000).expect("below the whole"),
            challenge_window: Duration::from_secs(24 * 60 * 60),
            bond: Amount::new(1_000 * 10_u128.pow(18)),
            warmup_blocks: 100,
            thaw: Duration::from_secs(14 * 24 * 60 * 60),
        }
    }
}

impl DeployParameters {
    /// For a development chain, where nobody wants to wait: 1 second of challenge, 1 USUF bond, 2
    /// blocks of warm-up, 5 seconds of thaw.
    pub fn development() -> Self {
        Self {
            challenge_window: Duration::from_secs(1),
            bond: Amount::new(10_u128.pow(18)),
            warmup_blocks: 2,
            thaw: Duration::from_secs(5),
            ..Self::default()
        }
    }
}

/// Deploys all contracts, wires them and registers the schemas. The signer becomes the admin of
/// the `AccessManager`, which governs the others, until it hands that over.
///
/// A failure half-way leaves contracts that nobody uses: deploy again from the start.
pub async fn deploy(rpc: &Rpc, signer: Signer, parameters: &DeployParameters) -> Result<Deployment, ChainError> {
    let chain_id = rpc.chain_id();
    let lacks_token = parameters.payment_token.is_none() || parameters.stake_token.is_none();
    if lacks_token && chain_id != DEVELOPMENT_CHAIN_ID {
        return Err(DeploymentError::TokensMissing { chain_id }.into());
    }
    let genesis = rpc.block(0).await?.ok_or(ChainError::NoSuchBlock { block: "0".into() })?;
    let sender = Sender::try_new(rpc.clone(), signer)?;
    let deployer = sender.address();
    let create =
        async |name: &'static str, code: &Bytes, arguments: Vec<u8>| create(&sender, name, code, arguments).await;

    let (authority, first) = create(
        "AccessManager",
        &AccessManager::BYTECODE,
        AccessManager::constructorCall { initialAdmin: deployer }.abi_encode(),
    )
    .await?;
    let token = async |given: Option<Address>, name: &str, symbol: &str, decimals: u8| match given {
        Some(address) => Ok(address),
        None => {
            let arguments = DevToken::constructorCall { name: name.into(), symbol: symbol.into(), decimals_: decimals };
            Ok::<_, ChainError>(create("DevToken", &DevToken::BYTECODE, arguments.abi_encode()).await?.0)
        }
    };
    let payment_token = token(parameters.payment_token, "Usufruct Dev Dollar", "dUSD", 6).await?;
    let stake_token = token(parameters.stake_token, "Usufruct", "USUF", 18).await?;

    let (terms_book, _) = create("TermsBook", &TermsBook::BYTECODE, Vec::new()).await?;
    let arguments = AssetRegistry::constructorCall { termsBook: terms_book };
    let (asset_registry, _) = create("AssetRegistry", &AssetRegistry::BYTECODE, arguments.abi_encode()).await?;
    let arguments = RoyaltyRoots::constructorCall {
        authority,
        bondToken_: stake_token,
        treasury_: parameters.treasury.unwrap_or(deployer),
        protocolFeePpm_: parameters.protocol_fee.parts(),
        challengeWindowSeconds_: parameters.challenge_window.as_secs(),
        bondAmount_: parameters.bond.units(),
    };
    let (royalty_roots, _) = create("RoyaltyRoots", &RoyaltyRoots::BYTECODE, arguments.abi_encode()).await?;
    let arguments = LicenseDesk::constructorCall {
        authority,
        assetRegistry: asset_registry,
        termsBook: terms_book,
        royaltyRoots: royalty_roots,
    };
    let (license_desk, _) = create("LicenseDesk", &LicenseDesk::BYTECODE, arguments.abi_encode()).await?;
    let arguments =
        UsageLedger::constructorCall { licenseDesk: license_desk, termsBook: terms_book, royaltyRoots: royalty_roots };
    let (usage_ledger, _) = create("UsageLedger", &UsageLedger::BYTECODE, arguments.abi_encode()).await?;
    let arguments = CurationStake::constructorCall {
        authority,
        assetRegistry: asset_registry,
        stakeToken: stake_token,
        warmupBlocks_: parameters.warmup_blocks,
        thawSeconds_: parameters.thaw.as_secs(),
    };
    let (curation_stake, _) = create("CurationStake", &CurationStake::BYTECODE, arguments.abi_encode()).await?;
    let (schema_registry, _) = create("SchemaRegistry", &SchemaRegistry::BYTECODE, Vec::new()).await?;
    let arguments = EAS::constructorCall { registry: schema_registry };
    let (eas, _) = create("EAS", &EAS::BYTECODE, arguments.abi_encode()).await?;
    let arguments = AttestationGate::constructorCall { eas, assetRegistry: asset_registry };
    let (attestation_gate, _) = create("AttestationGate", &AttestationGate::BYTECODE, arguments.abi_encode()).await?;

    // Who may bring money in, and in which token.
    for source in [license_desk, usage_ledger] {
        call(&sender, royalty_roots, RoyaltyRoots::setSourceCall { source, isEnabled: true }).await?;
    }
    call(&sender, royalty_roots, RoyaltyRoots::setTokenCall { token: payment_token, isAllowed: true }).await?;
    for schema in Schema::ALL {
        let schema = schema.text().to_owned();
        let register = SchemaRegistry::registerCall { schema, resolver: attestation_gate, revocable: true };
        call(&sender, schema_registry, register).await?;
    }

    let deployment = Deployment {
        format: crate::deployment::FORMAT,
        chain_id,
        genesis_hash: genesis.hash,
        block: first.block.number,
        authority,
        asset_registry,
        terms_book,
        license_desk,
        curation_stake,
        usage_ledger,
        royalty_roots,
        eas,
        schema_registry,
        attestation_gate,
        payment_token,
        stake_token,
        quality_board: None,
        model_book: None,
        inference_till: None,
        dispute_hub: None,
        dao_arbiter: None,
        governor: None,
        timelock: None,
        schemas: Schemas::under(attestation_gate),
    };
    verify(rpc, &deployment).await?;
    Ok(deployment)
}

/// Checks that the chain is the deployment's, that there is code at each address and that EAS
/// knows the schemas. Changes nothing, so it can be asked at every start.
pub async fn verify(rpc: &Rpc, deployment: &Deployment) -> Result<(), ChainError> {
    if rpc.chain_id() != deployment.chain_id {
        let (expected, found) = (deployment.chain_id, rpc.chain_id());
        return Err(DeploymentError::Chain { expected, found }.into());
    }
    let genesis = rpc.block(0).await?.ok_or(ChainError::NoSuchBlock { block: "0".into() })?;
    if genesis.hash != deployment.genesis_hash {
        let (expected, found) = (deployment.genesis_hash, genesis.hash);
        return Err(DeploymentError::Genesis { expected, found }.into());
    }
    for (contract, address) in deployment.contracts() {
        if !rpc.has_code(address).await? {
            return Err(DeploymentError::NoCode { contract, address }.into());
        }
    }
    for schema in Schema::ALL {
        let uid = deployment.schemas.uid(schema);
        if schema_resolver(rpc, deployment.schema_registry, uid).await? != deployment.attestation_gate {
            return Err(DeploymentError::NoSchema { schema, uid }.into());
        }
    }
    Ok(())
}

async fn schema_resolver(rpc: &Rpc, registry: Address, uid: B256) -> Result<Address, ChainError> {
    let answer = rpc.call(None, registry, SchemaRegistry::getSchemaCall { uid }.abi_encode().into()).await?;
    let record = SchemaRegistry::getSchemaCall::abi_decode_returns_validate(&answer);
    record
        .map(|record| record.resolver)
        .map_err(|error| ChainError::Malformed { what: "a schema of EAS' registry".into(), source: Some(error.into()) })
}

async fn create(
    sender: &Sender,
    name: &'static str,
    code: &Bytes,
    arguments: Vec<u8>,
) -> Result<(Address, Sent), ChainError> {
    let sent = sender.send(TxKind::Create, [code.as_ref(), &arguments].concat().into(), 0).await?;
    let address = sent.created.ok_or(ChainError::NoEffect { transaction: sent.transaction, action: name })?;
    tracing::debug!(contract = name, %address, gas_used = sent.gas_used, "deployed");
    Ok((address, sent))
}

async fn call<C: SolCall>(sender: &Sender, to: Address, call: C) -> Result<Sent, ChainError> {
    sender.send(TxKind::Call(to), call.abi_encode().into(), 0).await
}
