// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title What units cost that were delivered and not committed in time
library LateCharge {
    uint256 private constant PPM_WHOLE = 1_000_000;

    /// @notice The units that an escrow pays for, their price, and the penalty on top.
    /// @dev Whole units first, all of them where the escrow reaches; the penalty is `penaltyPpm` of what they cost,
    /// floored, as far as there is escrow left. No overflow: factors are below 2^64, 2^128 and 2^20.
    /// @return units At most `missing`.
    /// @return charged `units * unitPrice`; with `penalty` at most `escrow`.
    function quote(uint64 missing, uint128 unitPrice, uint32 penaltyPpm, uint112 escrow)
        internal
        pure
        returns (uint64 units, uint128 charged, uint128 penalty)
    {
        uint256 due = uint256(missing) * unitPrice;
        // Below `missing` in the second case, and the price is not zero.
        units = due <= escrow ? missing : uint64(escrow / unitPrice);
        charged = uint128(uint256(units) * unitPrice);
        uint256 asked = uint256(charged) * penaltyPpm / PPM_WHOLE;
        uint256 left = escrow - charged;
        penalty = uint128(asked < left ? asked : left);
    }
}
