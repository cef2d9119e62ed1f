//! Answers of a node, as far as we read them. Less is more: rollups add fields and transaction
//! types that a complete type would stumble over.

use alloy::{
    primitives::{B256, Bloom, U64},
    rpc::types::Log,
};
use serde::Deserialize;

use super::Header;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireHeader {
    pub(crate) number: U64,
    pub(crate) hash: B256,
    pub(crate) parent_hash: B256,
    pub(crate) timestamp: U64,
    #[serde(default)]
    pub(crate) logs_bloom: Bloom,
}

impl WireHeader {
    pub(crate) fn to_header(&self) -> Header {
        Header {
            number: self.number.to(),
            hash: self.hash,
            parent_hash: self.parent_hash,
            timestamp: self.timestamp.to(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireReceipt {
    pub(crate) block_hash: B256,
    pub(crate) block_number: U64,
    pub(crate) gas_used: U64,
    pub(crate) status: U64,
    pub(crate) logs: Vec<Log>,
}
