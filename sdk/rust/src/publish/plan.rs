//! What is to be published, and every check of it that needs neither data nor chain.

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
};

use usufruct_manifest::{
    Contributor, SourceClaim,
    cut::ShardTarget,
    license::{self, LicenseError},
};
use usufruct_types::{
    Address, PPM_WHOLE, Ppm, ShareError, Terms, Unit, VersionId,
    event::{AssetKind, Parent, Recipient},
};

const NAME_BYTES_MAX: usize = 64;
const PARENTS_MAX: usize = 16;
const RECIPIENTS_MAX: usize = 200;
const FIELD_OF_USE_BYTES_MAX: usize = 256;

/// A version to publish.
#[derive(Clone, Debug)]
pub struct PublishPlan {
    /// A file, or a directory of files of one kind.
    pub source: PathBuf,
    /// What it is a version of: a dataset or a model.
    pub kind: AssetKind,
    /// Name of the dataset or model, unique for its creator: 1 to 64 of `a-z 0-9 . _ -`.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Description for people, may be empty.
    pub description: String,
    /// BCP 47 tags of the content's languages.
    pub language: Vec<String>,
    /// License terms; [`Terms::license`] is the license of the manifest too.
    pub terms: Terms,
    /// Versions derived from and their shares of the income.
    pub parents: Vec<Parent>,
    /// Who made which file, by path below `source` (or the file's name).
    pub contributors: BTreeMap<String, Contributor>,
    /// Who is paid for shards that name no contributor; empty: the creator alone.
    pub recipients: Vec<Recipient>,
    /// Where the content comes from.
    pub sources: Vec<SourceClaim>,
    /// Size that shards aim at.
    pub shard_target: ShardTarget,
}

/// A plan that cannot be carried out. Nothing was read, imported or sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The license is none that SPDX knows.
    #[error(transparent)]
    License(#[from] LicenseError),
    /// The name breaks the registry's rule.
    #[error("'{name}' is not a dataset name: 1 to {NAME_BYTES_MAX} of a-z 0-9 . _ -")]
    Name {
        /// What was given.
        name: String,
    },
    /// The parents would take more than everything.
    #[error("the shares of the parents sum to more than 100 %")]
    ParentShares(#[source] ShareError),
    /// A parent is named twice.
    #[error("the parent {version} is named twice")]
    DuplicateParent {
        /// The parent.
        version: VersionId,
    },
    /// More parents than the registry takes.
    #[error("{count} parents are named; a version has at most {PARENTS_MAX}")]
    TooManyParents {
        /// How many.
        count: usize,
    },
    /// The recipients' shares are not the whole.
    #[error("the shares of the recipients sum to {parts} ppm; they must sum to {PPM_WHOLE} ppm (100 %)")]
    RecipientShares {
        /// Their sum.
        parts: u64,
    },
    /// A recipient is the zero address, gets nothing or is named twice.
    #[error("the recipient {account} {reason}")]
    Recipient {
        /// Who.
        account: Address,
        /// What is wrong.
        reason: &'static str,
    },
    /// More recipients than the registry takes.
    #[error("{count} recipients are named; a version has at most {RECIPIENTS_MAX}")]
    TooManyRecipients {
        /// How many.
        count: usize,
    },
    /// A contributor that cannot be paid.
    #[error("the contributor of '{file}' is the zero address")]
    ZeroContributor {
        /// The file.
        file: String,
    },
    /// Terms that the terms book refuses.
    #[error("the terms are not consistent: {reason}")]
    Terms {
        /// What is wrong.
        reason: &'static str,
    },
}

impl PublishPlan {
    /// Checks everything that can be checked without data and chain.
    pub fn check(&self) -> Result<(), PlanError> {
        license::parse(&self.terms.license)?;
        self.check_name()?;
        self.check_parents()?;
        self.check_recipients()?;
        self.check_terms()?;
        let nobody = self.contributors.iter().find(|(_, contributor)| contributor.account == Address::ZERO);
        match nobody {
            Some((file, _)) => Err(PlanError::ZeroContributor { file: file.clone() }),
            None => Ok(()),
        }
    }

    /// The recipients to register: those of the plan, or the creator for everything.
    pub fn recipients_or(&self, creator: Address) -> Vec<Recipient> {
        if self.recipients.is_empty() {
            return vec![Recipient { account: creator, share: Ppm::WHOLE }];
        }
        self.recipients.clone()
    }

    fn check_name(&self) -> Result<(), PlanError> {
        let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (1..=NAME_BYTES_MAX).contains(&self.name.len()) && self.name.bytes().all(is_allowed) {
            return Ok(());
        }
        Err(PlanError::Name { name: self.name.chars().take(80).collect() })
    }

    fn check_parents(&self) -> Result<(), PlanError> {
        if self.parents.len() > PARENTS_MAX {
            return Err(PlanError::TooManyParents { count: self.parents.len() });
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.parents.iter().find(|parent| !seen.insert(parent.version)) {
            return Err(PlanError::DuplicateParent { version: twice.version });
        }
        Ppm::try_sum(self.parents.iter().map(|parent| parent.share)).map_err(PlanError::ParentShares)?;
        Ok(())
    }

    fn check_recipients(&self) -> Result<(), PlanError> {
        if self.recipients.is_empty() {
            return Ok(());
        }
        if self.recipients.len() > RECIPIENTS_MAX {
            return Err(PlanError::TooManyRecipients { count: self.recipients.len() });
        }
        let mut seen = HashSet::new();
        for &Recipient { account, share } in &self.recipients {
            let reason = match () {
                () if account == Address::ZERO => "is the zero address",
                () if share == Ppm::ZERO => "has a share of nothing",
                () if !seen.insert(account) => "is named twice",
                () => continue,
            };
            return Err(PlanError::Recipient { account, reason });
        }
        let parts = self.recipients.iter().map(|recipient| u64::from(recipient.share.parts())).sum();
        match parts == u64::from(PPM_WHOLE) {
            true => Ok(()),
            false => Err(PlanError::RecipientShares { parts }),
        }
    }

    fn check_terms(&self) -> Result<(), PlanError> {
        let Terms { field_of_use, uses, token, flat_price, unit, unit_price, .. } = &self.terms;
        let is_free = flat_price.is_zero() && unit_price.is_zero();
        let reason = match () {
            () if (*unit == Unit::None) != unit_price.is_zero() => "a unit goes with a unit price, and only with one",
            () if !is_free && *token == Address::ZERO => "a price needs a token",
            () if is_free && *token != Address::ZERO => "what is free has no token",
            () if field_of_use.len() > FIELD_OF_USE_BYTES_MAX => "the field of use has more than 256 bytes",
            () if uses.0 == 0 => "no use is permitted",
            () => return Ok(()),
        };
        Err(PlanError::Terms { reason })
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
