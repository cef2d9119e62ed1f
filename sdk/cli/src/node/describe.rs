//! The address book in the words of the GraphQL server.

use usufruct_chain::{ChainError, Reader};
use usufruct_graphql::{Contracts, DeploymentInfo, Schemas, TokenInfo};
use usufruct_types::Address;

/// What the server says about the deployment, with names and decimals of its tokens.
pub(crate) async fn deployment_info(reader: &Reader) -> Result<DeploymentInfo, ChainError> {
    let book = reader.deployment();
    let token = async |address: Address| {
        let (symbol, decimals) = reader.token_of(address).await?;
        Ok::<_, ChainError>(TokenInfo { address, symbol, decimals })
    };
    Ok(DeploymentInfo {
        chain_id: book.chain_id,
        block: book.block,
        contracts: Contracts {
            authority: book.authority,
            asset_registry: book.asset_registry,
            terms_book: book.terms_book,
            license_desk: book.license_desk,
            curation_stake: book.curation_stake,
            usage_ledger: book.usage_ledger,
            royalty_roots: book.royalty_roots,
            eas: book.eas,
            schema_registry: book.schema_registry,
            attestation_gate: book.attestation_gate,
            quality_board: book.quality_board,
            model_book: book.model_book,
            inference_till: book.inference_till,
            dispute_hub: book.dispute_hub,
            dao_arbiter: book.dao_arbiter,
            governor: book.governor,
            timelock: book.timelock,
        },
        schemas: Schemas {
            source: book.schemas.source,
            license: book.schemas.license,
            quality: book.schemas.quality,
            derivation: book.schemas.derivation,
        },
        payment_token: token(book.payment_token).await?,
        stake_token: token(book.stake_token).await?,
    })
}
