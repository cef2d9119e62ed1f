//! Public networks where EAS is deployed already, as its authors publish it.

use std::sync::LazyLock;

use alloy::primitives::Address;
use serde::{Deserialize, Serialize};

/// Where EAS is on a public network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    /// Its name with EAS' authors.
    pub name: String,
    /// Chain id.
    pub chain_id: u64,
    /// EAS.
    pub eas: Address,
    /// EAS' `SchemaRegistry`.
    pub schema_registry: Address,
    /// Where the addresses come from.
    pub source: String,
}

/// Written by `contracts/script/networks.mjs`.
const BOOKS: [&str; 19] = [
    include_str!("../../networks/arbitrum-nova.json"),
    include_str!("../../networks/arbitrum-one.json"),
    include_str!("../../networks/arbitrum-sepolia.json"),
    include_str!("../../networks/base.json"),
    include_str!("../../networks/base-sepolia.json"),
    include_str!("../../networks/celo.json"),
    include_str!("../../networks/ink.json"),
    include_str!("../../networks/linea.json"),
    include_str!("../../networks/mainnet.json"),
    include_str!("../../networks/optimism.json"),
    include_str!("../../networks/optimism-sepolia.json"),
    include_str!("../../networks/polygon.json"),
    include_str!("../../networks/polygon-amoy.json"),
    include_str!("../../networks/scroll.json"),
    include_str!("../../networks/scroll-sepolia.json"),
    include_str!("../../networks/sepolia.json"),
    include_str!("../../networks/soneium.json"),
    include_str!("../../networks/telos.json"),
    include_str!("../../networks/unichain.json"),
];

static NETWORKS: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let parse = |book: &&str| serde_json::from_str(book).expect("committed address books are valid; a test reads them");
    BOOKS.iter().map(parse).collect()
});

impl Network {
    /// Every network that is known.
    pub fn known() -> &'static [Self] {
        &NETWORKS
    }

    /// The network of a chain id, if it is known.
    pub fn of_chain(chain_id: u64) -> Option<&'static Self> {
        NETWORKS.iter().find(|network| network.chain_id == chain_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_book_is_read_and_no_chain_is_there_twice() {
        let mut chains: Vec<_> = Network::known().iter().map(|network| network.chain_id).collect();
        chains.sort_unstable();
        chains.dedup();
        assert_eq!(chains.len(), BOOKS.len());
        assert!(Network::of_chain(31_337).is_none(), "a development chain deploys EAS itself");
    }

    #[test]
    fn rollups_of_the_op_stack_have_it_as_a_predeploy() {
        for chain in [10, 8453, 84532] {
            let network = Network::of_chain(chain).expect("known");
            assert_eq!(network.eas.to_string(), "0x4200000000000000000000000000000000000021");
            assert_eq!(network.schema_registry.to_string(), "0x4200000000000000000000000000000000000020");
        }
    }
}
