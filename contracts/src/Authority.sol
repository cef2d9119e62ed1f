// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

// The one authority of all restricted functions is OpenZeppelin's own contract, compiled with our settings.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
