//! Opening a job: every check that the ledger would fail on, before anything is sent.

use std::{collections::HashSet, sync::Mutex, sync::atomic::AtomicU64};

use alloy_primitives::{U256, keccak256};
use usufruct_chain::{ChainError, Wallet};
use usufruct_types::{Amount, B256, JobId, VersionId};

use super::{Job, JobError, JobPlan, Source, recorder::Recorder};
use crate::{SentTransaction, terms};

/// Most licenses of a job.
const LICENSES_MAX: usize = 16;

/// What passes over licensed data cost at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// By version: units of one pass and their price.
    pub by_version: Vec<(VersionId, u128, Amount)>,
    /// All passes over all versions.
    pub total: Amount,
}

/// What `passes` over the sources cost: their prices per unit times the units of their shard tables.
pub fn budget(sources: &[Source], passes: u32) -> Result<Budget, JobError> {
    let mut by_version = Vec::new();
    let mut total = Amount::ZERO;
    for source in sources {
        let content = &source.content;
        let version = content.version;
        let overflow = || JobError::PriceOverflow { version, passes };
        let units = terms::units_of_pass(&content.terms, &content.manifest);
        let all = units.checked_mul(u128::from(passes)).ok_or_else(overflow)?;
        let price = terms::price_of(&content.terms, all).ok_or_else(overflow)?;
        total = total.checked_add(price).map_err(|_| overflow())?;
        by_version.push((version, units, terms::price_of(&content.terms, units).ok_or_else(overflow)?));
    }
    Ok(Budget { by_version, total })
}

impl Job {
    /// Opens a job with escrow. Where the escrow does not cover the passes, or a license does not hold, nothing
    /// is sent.
    pub async fn open(wallet: &Wallet, plan: JobPlan) -> Result<Self, JobError> {
        let JobPlan { mut sources, token, deposit, passes, job_key, dir } = plan;
        sources.sort_by_key(|source| source.license);
        check_sources(&sources)?;
        let needed = budget(&sources, passes)?.total;
        if deposit < needed {
            return Err(JobError::Budget { passes, needed, deposit });
        }
        for source in &sources {
            check_license(wallet, source).await?;
        }
        let mut opening = Vec::new();
        if !deposit.is_zero() {
            opening.extend(allow(wallet, token, deposit).await?);
        }
        let (salt, id) = unused_salt(wallet, &dir).await?;
        // The journal first: a job that cannot write its usage down must not exist.
        let recorder = Recorder::open(&dir, id, 0)?;
        let licenses: Vec<_> = sources.iter().map(|source| source.license).collect();
        let opened = wallet.open_job(salt, job_key.address(), token, &licenses, deposit).await;
        let opened = opened.map_err(|source| JobError::Chain { doing: "open the job", source })?;
        opening.push(SentTransaction::of("openJob", &opened));
        Ok(Self {
            id: opened.made,
            trainer: wallet.address(),
            token,
            job_key,
            sources,
            recorder: Mutex::new(recorder),
            step: AtomicU64::new(0),
            opening,
        })
    }
}

fn check_sources(sources: &[Source]) -> Result<(), JobError> {
    let refuse = |reason: String| Err(JobError::Sources { reason });
    if sources.is_empty() || sources.len() > LICENSES_MAX {
        return refuse(format!("{} licenses are given, 1 to {LICENSES_MAX} are possible", sources.len()));
    }
    let mut versions = HashSet::new();
    if let Some(twice) = sources.iter().find(|source| !versions.insert(source.content.version)) {
        return refuse(format!("version {} is named twice", twice.content.version));
    }
    let mut tokens = sources.iter().filter(|source| !source.content.terms.unit_price.is_zero());
    let first = tokens.next().map(|source| source.content.terms.token);
    match tokens.find(|source| Some(source.content.terms.token) != first) {
        Some(other) => refuse(format!("version {} is priced in another token than the rest", other.content.version)),
        None => Ok(()),
    }
}

async fn check_license(wallet: &Wallet, source: &Source) -> Result<(), JobError> {
    let license = source.license;
    let chain = |source| JobError::Chain { doing: "look the license up", source };
    let refuse = |reason: String| Err(JobError::License { license, reason });
    let held = match wallet.reader().license_of(license).await {
        Err(ChainError::Revert(_)) => return refuse("does not exist".to_owned()),
        held => held.map_err(chain)?,
    };
    if held.licensee != wallet.address() {
        return refuse(format!("is held by {}, not by the trainer", held.licensee));
    }
    if held.version != source.content.version {
        return refuse(format!("is for version {}", held.version));
    }
    match wallet.reader().is_license_valid(license).await.map_err(chain)? {
        true => Ok(()),
        false => refuse("is not valid now: it ended or was revoked".to_owned()),
    }
}

/// Makes sure that the vault may take `amount` of a token from the wallet, and that the wallet has it.
pub(crate) async fn allow(
    wallet: &Wallet,
    token: usufruct_types::Address,
    amount: Amount,
) -> Result<Option<SentTransaction>, JobError> {
    let (account, reader) = (wallet.address(), wallet.reader());
    let wanted = U256::from(amount.units());
    let chain = |source| JobError::Chain { doing: "look the trainer's balance up", source };
    let held = reader.balance_of(token, account).await.map_err(chain)?;
    if held < wanted {
        return Err(JobError::Balance { account, token, held: held.to_string(), deposit: amount });
    }
    let vault = reader.deployment().royalty_roots;
    if reader.allowance(token, account, vault).await.map_err(chain)? >= wanted {
        return Ok(None);
    }
    let approved = wallet.approve(token, vault, amount).await;
    let approved = approved.map_err(|source| JobError::Chain { doing: "allow the payment", source })?;
    Ok(Some(SentTransaction::of("approve", &approved)))
}

/// A salt that the trainer has not used: from the job's directory, so that two jobs of one trainer differ, and
/// counted up where the directory is used again.
async fn unused_salt(wallet: &Wallet, dir: &std::path::Path) -> Result<(B256, JobId), JobError> {
    let chain = |source| JobError::Chain { doing: "look for a job id", source };
    let mut salt = keccak256(dir.to_string_lossy().as_bytes());
    loop {
        let id = wallet.reader().job_id_of(wallet.address(), salt).await.map_err(chain)?;
        if wallet.reader().job_of(id).await.map_err(chain)?.is_none() {
            return Ok((salt, id));
        }
        salt = keccak256(salt);
    }
}
