// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Keeps one part in a hundred of what is sent to others.
contract FeeToken is ERC20 {
    constructor() ERC20("Fee", "FEE") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0)) return super._update(from, to, amount);
        super._update(from, address(0xFEE), amount / 100);
        super._update(from, to, amount - amount / 100);
    }
}

/// @notice Balances are scaled by a factor that its owner moves.
contract RebasingToken is ERC20 {
    uint256 public percent = 100;

    constructor() ERC20("Rebase", "REB") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function rebase(uint256 percent_) external {
        percent = percent_;
    }

    function balanceOf(address who) public view override returns (uint256) {
        return super.balanceOf(who) * percent / 100;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, from == address(0) ? amount : amount * 100 / percent);
        // It moves its balances in the middle of a transfer.
        if (from != address(0)) percent -= 1;
    }
}

/// @notice Returns false where others revert, and moves nothing.
contract SilentToken is ERC20 {
    constructor() ERC20("Silent", "SIL") {}

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @notice Says that it moved what it did not move.
contract LyingToken is ERC20 {
    constructor() ERC20("Lying", "LIE") {}

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Calls back into a target in the middle of every transfer.
contract ReentrantToken is ERC20 {
    address public target;
    bytes public data;
    bool public wasRefused;
    bytes public refusal;

    constructor() ERC20("Reentrant", "REE") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function arm(address target_, bytes calldata data_) external {
        (target, data, wasRefused) = (target_, data_, false);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (target == address(0) || from == address(0)) return;
        (bool succeeded, bytes memory returned) = target.call(data);
        (wasRefused, refusal) = (!succeeded, returned);
    }
}

/// @notice Refuses transfers to listed accounts.
contract BlockingToken is ERC20 {
    mapping(address => bool) public isBlocked;

    error Blocked(address account);

    constructor() ERC20("Blocking", "BLK") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setBlocked(address account, bool value) external {
        isBlocked[account] = value;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isBlocked[to], Blocked(to));
        super._update(from, to, amount);
    }
}

/// @notice Says a number of decimals that is given.
contract DecimalsToken is ERC20 {
    uint8 private immutable DECIMALS;

    constructor(uint8 decimals_) ERC20("Decimals", "DEC") {
        DECIMALS = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }
}
