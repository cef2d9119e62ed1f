//! What the contracts say about now.

use alloy::primitives::{Address, B256, Bytes, FixedBytes, U256};
use usufruct_types::{Amount, AssetId, EpochIndex, JobId, LicenseId, Ppm, TermsId, VersionId, event::VersionInput};

use super::Reader;
use crate::{
    ChainError,
    bindings::{
        AssetRegistry, ContractAccount, CurationStake, DevToken, EAS, LicenseDesk, RoyaltyRoots, TermsBook, UsageLedger,
    },
};

/// What ERC-1271 answers for a valid signature.
const ERC1271_VALID: FixedBytes<4> = FixedBytes([0x16, 0x26, 0xba, 0x7e]);

/// Stake of a curator on an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// Counting, or warming up.
    pub staked: Amount,
    /// Asked back and thawing.
    pub thawing: Amount,
    /// Unix second from which the thawing part can be withdrawn.
    pub withdrawable_at: u64,
}

/// A job as the ledger has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Who trains and pays.
    pub trainer: Address,
    /// The key that signs usage.
    pub job_key: Address,
    /// Token of the escrow.
    pub token: Address,
    /// What is left of it.
    pub escrow: Amount,
    /// Sequence number of the last commitment, 0 before the first.
    pub sequence: u64,
    /// Whether it ended.
    pub is_closed: bool,
}

/// A license as the desk has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct License {
    /// The version licensed.
    pub version: VersionId,
    /// The terms pinned at the sale.
    pub terms_id: TermsId,
    /// Who may use it.
    pub licensee: Address,
    /// First Unix second of validity.
    pub starts_at: u64,
    /// First Unix second after it, 0 for ever.
    pub ends_at: u64,
    /// Whether it was ended early.
    pub is_revoked: bool,
}

/// Governed parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Share of every revenue that goes to the treasury.
    pub protocol_fee: Ppm,
    /// Who receives it.
    pub treasury: Address,
    /// How long a proposed root can be rejected.
    pub challenge_window_seconds: u64,
    /// Bond of a proposed root, in the stake token.
    pub bond: Amount,
    /// Blocks after which stake counts.
    pub warmup_blocks: u64,
    /// Seconds that stake thaws before it can be withdrawn.
    pub thaw_seconds: u64,
}

/// A proposed epoch that waits for its window to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingEpoch {
    /// Who proposed it.
    pub settler: Address,
    /// Its root.
    pub root: B256,
    /// Last block of the epoch.
    pub end_block: u64,
    /// Unix second from which it can be made final.
    pub finalizable_at: u64,
    /// The settler's bond.
    pub bond: Amount,
}

impl Reader {
    /// Balance of an account in a token.
    pub async fn balance_of(&self, token: Address, account: Address) -> Result<U256, ChainError> {
        self.view(token, DevToken::balanceOfCall { account }).await
    }

    /// How much `spender` may still take from `owner`.
    pub async fn allowance(&self, token: Address, owner: Address, spender: Address) -> Result<U256, ChainError> {
        self.view(token, DevToken::allowanceCall { owner, spender }).await
    }

    /// Symbol and decimals of a token.
    pub async fn token_of(&self, token: Address) -> Result<(String, u8), ChainError> {
        let symbol = self.view(token, DevToken::symbolCall {}).await?;
        Ok((symbol.chars().take(32).collect(), self.view(token, DevToken::decimalsCall {}).await?))
    }

    /// The id of the asset of that name, whether it exists or not.
    pub async fn asset_id_of(&self, creator: Address, name: &str) -> Result<AssetId, ChainError> {
        let call = AssetRegistry::assetIdOfCall { creator, name_: name.to_owned() };
        Ok(AssetId(self.view(self.deployment.asset_registry, call).await?.into()))
    }

    /// The id that registering the manifest would give.
    pub async fn version_id_of(&self, creator: Address, input: &VersionInput) -> Result<VersionId, ChainError> {
        let call = AssetRegistry::versionIdOfCall {
            creator,
            assetId: input.asset.0.into(),
            manifestHash: input.manifest.0,
            shardTableRoot: input.shard_table_root,
            shards: input.shards,
        };
        Ok(VersionId(self.view(self.deployment.asset_registry, call).await?))
    }

    /// Whether a version exists.
    pub async fn is_registered(&self, version: VersionId) -> Result<bool, ChainError> {
        self.view(self.deployment.asset_registry, AssetRegistry::isRegisteredCall { versionId: version.0 }).await
    }

    /// Whether a version was withdrawn.
    pub async fn is_tombstoned(&self, version: VersionId) -> Result<bool, ChainError> {
        self.view(self.deployment.asset_registry, AssetRegistry::isTombstonedCall { versionId: version.0 }).await
    }

    /// The terms of a version.
    pub async fn terms_of(&self, version: VersionId) -> Result<TermsId, ChainError> {
        let call = AssetRegistry::termsOfCall { versionId: version.0 };
        Ok(TermsId(self.view(self.deployment.asset_registry, call).await?))
    }

    /// Whether terms are published.
    pub async fn is_published(&self, terms_id: TermsId) -> Result<bool, ChainError> {
        self.view(self.deployment.terms_book, TermsBook::isPublishedCall { termsId: terms_id.0 }).await
    }

    /// Whether a license holds now.
    pub async fn is_license_valid(&self, license: LicenseId) -> Result<bool, ChainError> {
        self.view(self.deployment.license_desk, LicenseDesk::isValidCall { licenseId: license.0 }).await
    }

    /// A license; fails where there is none of that number.
    pub async fn license_of(&self, license: LicenseId) -> Result<License, ChainError> {
        let call = LicenseDesk::licenseOfCall { licenseId: license.0 };
        let found = self.view(self.deployment.license_desk, call).await?;
        Ok(License {
            version: VersionId(found.versionId),
            terms_id: TermsId(found.termsId),
            licensee: found.licensee,
            starts_at: found.startsAt,
            ends_at: found.endsAt,
            is_revoked: found.isRevoked,
        })
    }

    /// Stake of a curator on an asset.
    pub async fn stake_of(&self, asset: AssetId, curator: Address) -> Result<Stake, ChainError> {
        let call = CurationStake::stakeOfCall { assetId: asset.0.into(), curator };
        let found = self.view(self.deployment.curation_stake, call).await?;
        Ok(Stake {
            staked: Amount::new(found.staked),
            thawing: Amount::new(found.thawing),
            withdrawable_at: found.withdrawableAt,
        })
    }

    /// The id of the trainer's job with that salt, whether it exists or not.
    pub async fn job_id_of(&self, trainer: Address, salt: B256) -> Result<JobId, ChainError> {
        Ok(JobId(self.view(self.deployment.usage_ledger, UsageLedger::jobIdOfCall { trainer, salt }).await?))
    }

    /// A job, if there is one of that id.
    pub async fn job_of(&self, job: JobId) -> Result<Option<Job>, ChainError> {
        let found = self.view(self.deployment.usage_ledger, UsageLedger::jobOfCall { jobId: job.0 }).await?;
        Ok((found.trainer != Address::ZERO).then_some(Job {
            trainer: found.trainer,
            job_key: found.jobKey,
            token: found.token,
            escrow: Amount::new(found.escrow),
            sequence: found.sequence,
            is_closed: found.isClosed,
        }))
    }

    /// Units charged so far for the license at `index` of a job.
    pub async fn cumulative_units_of(&self, job: JobId, index: usize) -> Result<u128, ChainError> {
        let call = UsageLedger::cumulativeUnitsOfCall { jobId: job.0, index: U256::from(index) };
        self.view(self.deployment.usage_ledger, call).await
    }

    /// Root of the last final epoch, zero before the first.
    pub async fn root(&self) -> Result<B256, ChainError> {
        self.view(self.deployment.royalty_roots, RoyaltyRoots::rootCall {}).await
    }

    /// The last final epoch, 0 before the first.
    pub async fn epoch(&self) -> Result<EpochIndex, ChainError> {
        self.view(self.deployment.royalty_roots, RoyaltyRoots::epochCall {}).await.map(EpochIndex)
    }

    /// The next epoch to propose, and the block that it starts after.
    pub async fn next_epoch(&self) -> Result<(EpochIndex, u64), ChainError> {
        let next = self.view(self.deployment.royalty_roots, RoyaltyRoots::nextEpochCall {}).await?;
        Ok((EpochIndex(next.index), next.startBlock))
    }

    /// A proposed epoch, if it waits.
    pub async fn pending_of(&self, epoch: EpochIndex) -> Result<Option<PendingEpoch>, ChainError> {
        let call = RoyaltyRoots::pendingOfCall { epoch_: epoch.0 };
        match self.view(self.deployment.royalty_roots, call).await {
            Ok(found) => Ok((found.settler != Address::ZERO).then_some(PendingEpoch {
                settler: found.settler,
                root: found.root_,
                end_block: found.endBlock,
                finalizable_at: found.finalizableAt,
                bond: Amount::new(found.bond),
            })),
            Err(ChainError::Revert(revert)) if revert.name == "NotPending" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Governed parameters as they are now.
    pub async fn parameters(&self) -> Result<Parameters, ChainError> {
        let (roots, stake) = (self.deployment.royalty_roots, self.deployment.curation_stake);
        let fee = self.view(roots, RoyaltyRoots::protocolFeePpmCall {}).await?;
        let protocol_fee = Ppm::try_new(fee)
            .map_err(|error| ChainError::Malformed { what: "the protocol fee".into(), source: Some(error.into()) })?;
        Ok(Parameters {
            protocol_fee,
            treasury: self.view(roots, RoyaltyRoots::treasuryCall {}).await?,
            challenge_window_seconds: self.view(roots, RoyaltyRoots::challengeWindowSecondsCall {}).await?,
            bond: Amount::new(self.view(roots, RoyaltyRoots::bondAmountCall {}).await?),
            warmup_blocks: self.view(stake, CurationStake::warmupBlocksCall {}).await?,
            thaw_seconds: self.view(stake, CurationStake::thawSecondsCall {}).await?,
        })
    }

    /// What an account was paid so far in a token.
    pub async fn claimed(&self, account: Address, token: Address) -> Result<Amount, ChainError> {
        let call = RoyaltyRoots::claimedCall { account, token };
        self.view(self.deployment.royalty_roots, call).await.map(Amount::new)
    }

    /// All revenue so far in a token.
    pub async fn revenue_of(&self, token: Address) -> Result<Amount, ChainError> {
        self.view(self.deployment.royalty_roots, RoyaltyRoots::revenueOfCall { token }).await.map(Amount::new)
    }

    /// All that was paid so far in a token.
    pub async fn claimed_of(&self, token: Address) -> Result<Amount, ChainError> {
        self.view(self.deployment.royalty_roots, RoyaltyRoots::claimedOfCall { token }).await.map(Amount::new)
    }

    /// The attester's next nonce in EAS.
    pub async fn attestation_nonce(&self, attester: Address) -> Result<U256, ChainError> {
        self.view(self.deployment.eas, EAS::getNonceCall { account: attester }).await
    }

    /// Whether an account with code calls a signature its own (ERC-1271). False for accounts
    /// without code: their keys are recovered instead.
    pub async fn is_contract_signature(
        &self,
        account: Address,
        digest: B256,
        signature: &[u8],
    ) -> Result<bool, ChainError> {
        if !self.rpc.has_code(account).await? {
            return Ok(false);
        }
        let signature = Bytes::copy_from_slice(signature);
        let call = ContractAccount::isValidSignatureCall { hash: digest, signature };
        match self.view(account, call).await {
            Ok(answer) => Ok(answer == ERC1271_VALID),
            // A contract that knows no ERC-1271, or says no by reverting.
            Err(ChainError::Revert(_) | ChainError::Malformed { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
