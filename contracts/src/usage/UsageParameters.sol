// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IUsageLedger} from "../interfaces/IUsageLedger.sol";

/// @title Governed values of the ledger; a job keeps those of the day it opened
abstract contract UsageParameters is IUsageLedger, AccessManaged {
    uint256 private constant SECONDS_MAX = 30 days;
    uint256 private constant PPM_WHOLE = 1_000_000;

    uint32 private _closeSeconds;
    uint32 private _graceSeconds;
    uint32 private _penaltyPpm;

    constructor(address authority, uint64 closeSeconds_, uint64 graceSeconds_, uint32 penaltyPpm_)
        AccessManaged(authority)
    {
        _setCloseSeconds(closeSeconds_);
        _setGraceSeconds(graceSeconds_);
        _setPenaltyPpm(penaltyPpm_);
    }

    /// @inheritdoc IUsageLedger
    function setCloseSeconds(uint64 secs) external restricted {
        _setCloseSeconds(secs);
    }

    /// @inheritdoc IUsageLedger
    function setGraceSeconds(uint64 secs) external restricted {
        _setGraceSeconds(secs);
    }

    /// @inheritdoc IUsageLedger
    function setPenaltyPpm(uint32 ppm) external restricted {
        _setPenaltyPpm(ppm);
    }

    /// @inheritdoc IUsageLedger
    function closeSeconds() external view returns (uint64) {
        return _closeSeconds;
    }

    /// @inheritdoc IUsageLedger
    function graceSeconds() external view returns (uint64) {
        return _graceSeconds;
    }

    /// @inheritdoc IUsageLedger
    function penaltyPpm() external view returns (uint32) {
        return _penaltyPpm;
    }

    function _parameters() internal view returns (uint32 close, uint32 grace, uint32 penalty) {
        return (_closeSeconds, _graceSeconds, _penaltyPpm);
    }

    function _setCloseSeconds(uint64 secs) private {
        require(secs <= SECONDS_MAX, OutOfBounds("closeSeconds", secs, SECONDS_MAX));
        // At most 30 days.
        _closeSeconds = uint32(secs);
        emit ParameterChanged("closeSeconds", secs);
    }

    function _setGraceSeconds(uint64 secs) private {
        require(secs <= SECONDS_MAX, OutOfBounds("graceSeconds", secs, SECONDS_MAX));
        // At most 30 days.
        _graceSeconds = uint32(secs);
        emit ParameterChanged("graceSeconds", secs);
    }

    function _setPenaltyPpm(uint32 ppm) private {
        require(ppm <= PPM_WHOLE, OutOfBounds("penaltyPpm", ppm, PPM_WHOLE));
        _penaltyPpm = ppm;
        emit ParameterChanged("penaltyPpm", ppm);
    }
}
