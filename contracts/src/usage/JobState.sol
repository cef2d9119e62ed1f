// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice What changes in a job, but for units of its second and later licenses.
/// @param number Where its rules are, see `DataCode`; zero where there is no job.
/// @param firstUnits Cumulative units of the first license.
struct Job {
    uint112 escrow;
    uint64 firstUnits;
    uint32 sequence;
    uint32 number;
    bool isClosed;
    bool hasReceipts;
}

/// @title A job in one word
/// @dev By hand, because the compiler writes a struct field by field, each with a load and a store: 1,300 gas more for
/// every commitment. One commitment a second would fill 32 bits in 136 years.
library JobState {
    uint256 private constant CLOSED = 1 << 240;
    uint256 private constant RECEIPTS = 1 << 241;

    function pack(Job memory job) internal pure returns (uint256 word) {
        word = uint256(job.escrow) | uint256(job.firstUnits) << 112 | uint256(job.sequence) << 176 | uint256(job.number)
            << 208;
        if (job.isClosed) word |= CLOSED;
        if (job.hasReceipts) word |= RECEIPTS;
    }

    /// @dev Each cast keeps just the field's bits.
    function unpack(uint256 word) internal pure returns (Job memory job) {
        job.escrow = uint112(word);
        job.firstUnits = uint64(word >> 112);
        job.sequence = uint32(word >> 176);
        job.number = uint32(word >> 208);
        job.isClosed = word & CLOSED != 0;
        job.hasReceipts = word & RECEIPTS != 0;
    }
}
