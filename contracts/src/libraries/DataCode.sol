// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Bytes that never change, kept as the code of accounts
/// @dev A byte of code costs 200 gas once where one of a slot costs 690, and all bytes are read for the price of one
/// cold slot and a half. The code begins with STOP, so whoever calls it runs nothing, and nothing can destroy it.
///
/// The n-th account that a contract creates has an address that follows from n alone, so not even the address takes a
/// slot. A contract that uses this must create no other accounts, and numbers them from 1 without gaps.
library DataCode {
    /// @dev Returns what follows it as code: PUSH2 length, DUP1, PUSH1 10, 0, CODECOPY, 0, RETURN; then STOP and data.
    bytes1 private constant PUSH2 = 0x61;
    bytes7 private constant COPY_AND_RETURN = 0x80600a3d393df3;
    bytes1 private constant STOP = 0x00;

    /// @notice There is no account of that number, or another was created.
    error NoData(uint256 number);

    /// @notice Keeps data (less than 24,576 bytes) as account `number` of this contract.
    function store(uint256 number, bytes memory data) internal {
        bytes memory initCode = abi.encodePacked(PUSH2, uint16(data.length + 1), COPY_AND_RETURN, STOP, data);
        address created;
        assembly ("memory-safe") {
            created := create(0, add(initCode, 32), mload(initCode))
        }
        require(created == addressOf(number), NoData(number));
    }

    /// @notice Reads what was stored as account `number`.
    function load(uint256 number) internal view returns (bytes memory data) {
        address account = addressOf(number);
        uint256 size = account.code.length;
        require(size > 0, NoData(number));
        assembly ("memory-safe") {
            size := sub(size, 1)
            data := mload(0x40)
            mstore(data, size)
            extcodecopy(account, add(data, 32), 1, size)
            mstore(0x40, add(add(data, 64), and(add(size, 31), not(31))))
        }
    }

    /// @notice 32 bytes from `offset` on; the caller knows that those it uses are inside.
    function word(bytes memory data, uint256 offset) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 32), offset))
        }
    }

    /// @notice The address of the n-th account that this contract creates: the hash of the RLP list (this, n).
    /// @dev 0xc0 + bytes that follow, 0x94, this; then n in one byte, or 0x80 + its bytes and these. All in one word.
    function addressOf(uint256 number) internal view returns (address account) {
        uint256 size = number < 0x80 ? 0 : number <= 0xff ? 1 : number <= 0xffff ? 2 : number <= 0xffffff ? 3 : 4;
        uint256 list = (0xd694 + (size << 8)) << 160 | uint160(address(this));
        list = size == 0 ? list : list << 8 | (0x80 + size);
        list = list << (size == 0 ? 8 : 8 * size) | number;
        assembly ("memory-safe") {
            mstore(0, shl(sub(72, shl(3, size)), list))
            account := and(keccak256(0, add(23, size)), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }
}
