//! Logs and an address book that no chain ever had.

use alloy::primitives::{Address, B256, keccak256};
use usufruct_chain::{Deployment, RawLog, Schemas};
use usufruct_types::{BlockRef, LogRef};

/// Every contract at an address of its own.
pub fn deployment() -> Deployment {
    let at = Address::repeat_byte;
    Deployment {
        format: 1,
        chain_id: 31_337,
        genesis_hash: B256::ZERO,
        block: 1,
        authority: at(1),
        asset_registry: at(2),
        terms_book: at(3),
        license_desk: at(4),
        curation_stake: at(5),
        usage_ledger: at(6),
        royalty_roots: at(7),
        eas: at(8),
        schema_registry: at(9),
        attestation_gate: at(10),
        payment_token: at(11),
        stake_token: at(12),
        quality_board: Some(at(13)),
        model_book: Some(at(14)),
        inference_till: Some(at(15)),
        dispute_hub: Some(at(16)),
        dao_arbiter: Some(at(17)),
        governor: Some(at(18)),
        timelock: Some(at(19)),
        schemas: Schemas::under(at(10)),
    }
}

/// A log of a contract: the event by its signature, its indexed values, the others ABI-encoded.
pub fn log(address: Address, signature: &str, indexed: &[B256], data: Vec<u8>) -> RawLog {
    let at = LogRef {
        block: BlockRef { number: 9, hash: B256::repeat_byte(9) },
        log_index: 3,
        transaction_hash: B256::repeat_byte(8),
    };
    let topics = [&[keccak256(signature)], indexed].concat();
    RawLog { at, address, topics, data: data.into() }
}
