//! The contracts' bindings, generated from the committed artifacts. Private to the crate: what
//! leaves it are domain types. The artifacts hold ABI and bytecode, so a build needs no Solidity
//! tools.
#![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from the contracts' ABIs")]

use alloy::sol;

/// Every artifact, for the custom errors in it.
pub(crate) const ARTIFACTS: [&str; 11] = [
    include_str!("../../../contracts/abi/AccessManager.json"),
    include_str!("../../../contracts/abi/AssetRegistry.json"),
    include_str!("../../../contracts/abi/AttestationGate.json"),
    include_str!("../../../contracts/abi/CurationStake.json"),
    include_str!("../../../contracts/abi/DevToken.json"),
    include_str!("../../../contracts/abi/EAS.json"),
    include_str!("../../../contracts/abi/LicenseDesk.json"),
    include_str!("../../../contracts/abi/RoyaltyRoots.json"),
    include_str!("../../../contracts/abi/SchemaRegistry.json"),
    include_str!("../../../contracts/abi/TermsBook.json"),
    include_str!("../../../contracts/abi/UsageLedger.json"),
];

sol!(AccessManager, "../../contracts/abi/AccessManager.json");
sol!(AssetRegistry, "../../contracts/abi/AssetRegistry.json");
sol!(AttestationGate, "../../contracts/abi/AttestationGate.json");
sol!(CurationStake, "../../contracts/abi/CurationStake.json");
sol!(DevToken, "../../contracts/abi/DevToken.json");
sol!(EAS, "../../contracts/abi/EAS.json");
sol!(LicenseDesk, "../../contracts/abi/LicenseDesk.json");
sol!(RoyaltyRoots, "../../contracts/abi/RoyaltyRoots.json");
sol!(SchemaRegistry, "../../contracts/abi/SchemaRegistry.json");
sol!(TermsBook, "../../contracts/abi/TermsBook.json");
sol!(UsageLedger, "../../contracts/abi/UsageLedger.json");

sol! {
    /// Any ERC-1271 account.
    interface ContractAccount {
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    }
}
