// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Which jobs a model came from, who checks its proofs, and which version of it is current
/// @dev A model version is one of an asset of kind Model. What it earns is shared by what its jobs consumed, which the
/// index knows from the binding; without one it cannot earn at `InferenceTill`.
interface IModelBook {
    event ModelBound(bytes32 indexed versionId, uint256 indexed assetId, bytes32[] jobIds, address verifier);
    event UpgradeProposed(uint256 indexed assetId, bytes32 indexed versionId, address by);
    event CurrentVersionChanged(uint256 indexed assetId, bytes32 indexed versionId);

    /// @notice There is no such version.
    error UnknownVersion(bytes32 versionId);
    /// @notice The version is not one of a model.
    error NotModel(bytes32 versionId);
    /// @notice The version was withdrawn.
    error VersionWithdrawn(bytes32 versionId);
    /// @notice Only the asset's owner may do this.
    error NotAssetOwner(uint256 assetId, address caller);
    /// @notice The version is bound for good.
    error AlreadyBound(bytes32 versionId);
    /// @notice The version is not bound.
    error NotBound(bytes32 versionId);
    /// @notice No job, or more than 16.
    error BadJobCount(uint256 count);
    /// @notice Job ids do not ascend.
    error JobsNotAscending(bytes32 jobId);
    /// @notice The job does not exist or is another trainer's.
    error NotTrainer(bytes32 jobId, address trainer, address caller);
    /// @notice The job committed no usage.
    error UnusedJob(bytes32 jobId);
    /// @notice A verifier without code would accept nothing.
    error NoCode(address verifier);
    /// @notice The version is the current one of its model already.
    error AlreadyCurrent(bytes32 versionId);
    /// @notice The model's owner did not propose this version.
    error NotProposed(uint256 assetId, bytes32 versionId);

    /// @notice Binds a version to the jobs that made it, once. Asset owner only, who is the jobs' trainer. The first
    /// bound version of a model becomes its current one.
    /// @param jobIds Ascending, each with a usage commitment: 1 to 16.
    /// @param verifier What checks proofs of inference (`IProofVerifier`), zero for none.
    function bind(bytes32 versionId, bytes32[] calldata jobIds, address verifier) external;
    /// @notice Proposes a bound version as the model's current one, in place of an earlier proposal. Asset owner only.
    function proposeUpgrade(bytes32 versionId) external;
    /// @notice Makes the proposed version the current one. Governance only: the DAO votes.
    function acceptUpgrade(bytes32 versionId) external;

    /// @notice Whether a version is bound to its jobs.
    function isBound(bytes32 versionId) external view returns (bool);
    /// @notice What checks proofs of a version, zero for none.
    function verifierOf(bytes32 versionId) external view returns (address);
    /// @notice The current version of a model, zero before the first is bound.
    function currentOf(uint256 assetId) external view returns (bytes32);
    /// @notice The version that waits for the vote, zero for none.
    function proposedOf(uint256 assetId) external view returns (bytes32);
}
