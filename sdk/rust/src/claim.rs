//! Claiming royalties: cumulative amounts with proofs under the root that the chain holds.
//!
//! Proofs come from a server or from the published payout tree; either way each is checked here against the
//! root on chain, so a server that lies is found out and one that is gone is not missed.

use usufruct_chain::{ChainError, Claim, Reader, Wallet};
use usufruct_royalty::tree::{Leaf, Tree, leaf_hash};
use usufruct_storage::{BlobError, FetchError, FetchOptions, Node, Provider, silent};
use usufruct_types::{Address, Amount, B256, BlobHash, EpochIndex, merkle};
use usufruct_usage::{Limits, UsageError, read_tree};

use crate::survey::Survey;

/// Largest payout tree that is fetched: some ten million leaves.
const TREE_BYTES_MAX: u64 = 512 << 20;
/// Most claims of one transaction.
const BATCH_MAX: usize = 100;

/// What an account is due under the last final root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The epoch of the root.
    pub epoch: EpochIndex,
    /// The root on chain.
    pub root: B256,
    /// One entry a token of which something is due.
    pub amounts: Vec<DueAmount>,
}

/// What an account is due in a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueAmount {
    /// The claim with its proof, checked against the root.
    pub claim: Claim,
    /// What was paid before.
    pub claimed: Amount,
    /// What a claim pays now.
    pub payable: Amount,
}

/// What was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// To whom, in which token, how much.
    pub payouts: Vec<(Address, Address, Amount)>,
    /// The transactions and the gas of each.
    pub transactions: Vec<(B256, u64)>,
}

/// A claim that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// No epoch was settled yet.
    #[error("no epoch is final yet, so nothing can be claimed")]
    NoEpoch,
    /// The epoch's payout tree cannot be fetched from its settler.
    #[error("the payout tree {hash} of epoch {epoch} cannot be fetched")]
    Fetch {
        /// The epoch.
        epoch: EpochIndex,
        /// The tree.
        hash: BlobHash,
        /// Why.
        source: FetchError,
    },
    /// The tree is not in the local store.
    #[error("the payout tree cannot be read from the local store")]
    Blob(#[from] BlobError),
    /// The tree is none.
    #[error("the payout tree {hash} cannot be read")]
    Tree {
        /// Which.
        hash: BlobHash,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The tree is not the one under the root on chain.
    #[error("the payout tree {hash} has the root {found:?}, the chain has {expected:?} for epoch {epoch}")]
    Root {
        /// The epoch.
        epoch: EpochIndex,
        /// The tree.
        hash: BlobHash,
        /// On chain.
        expected: B256,
        /// Of the tree.
        found: B256,
    },
    /// A proof does not lead to the root on chain.
    #[error("the proof for {account} in token {token} does not lead to the root of epoch {epoch} on chain")]
    Proof {
        /// The epoch.
        epoch: EpochIndex,
        /// Whose claim.
        account: Address,
        /// In which token.
        token: Address,
    },
    /// The chain cannot be read, or refuses.
    #[error("cannot {doing}")]
    Chain {
        /// What was tried.
        doing: &'static str,
        /// Why.
        source: ChainError,
    },
}

/// What an account is due, from the payout tree that the settler published and the root on chain: no server
/// of ours has a part in it.
pub async fn due_from_tree(node: &Node, reader: &Reader, account: Address) -> Result<Due, ClaimError> {
    let survey = Survey::read(reader).await.map_err(chain("read the chain"))?;
    let (epoch, settled) = survey.last_final().ok_or(ClaimError::NoEpoch)?;
    let providers: Vec<Provider> = survey.endpoints.get(&settled.settler).cloned().into_iter().collect();
    due_from_blob(node, reader, account, epoch, settled.proposal.tree, &providers).await
}

/// As [`due_from_tree`], with the tree's hash and who has it at hand.
pub async fn due_from_blob(
    node: &Node,
    reader: &Reader,
    account: Address,
    epoch: EpochIndex,
    hash: BlobHash,
    providers: &[Provider],
) -> Result<Due, ClaimError> {
    let options = FetchOptions { size_bytes_max: TREE_BYTES_MAX, ..FetchOptions::default() };
    let fetched = node.fetch(hash, providers, &options, &silent()).await;
    fetched.map_err(|source| ClaimError::Fetch { epoch, hash, source })?;
    let bytes = node.read(hash, TREE_BYTES_MAX).await?;
    let (_, leaves) = read_tree(bytes, &Limits::default()).map_err(|source| unreadable(hash, source))?;
    let leaves =
        leaves.into_iter().map(|leaf| Leaf { account: leaf.account, token: leaf.token, cumulative: leaf.cumulative });
    // Chain, contract and epoch come from the chain, not from the tree's header: a tree of another place has
    // another root.
    let contract = reader.deployment().royalty_roots;
    let tree = Tree::new(reader.chain_id(), contract, epoch, leaves.collect())
        .map_err(|source| ClaimError::Tree { hash, source: source.into() })?;
    let expected = reader.root().await.map_err(chain("read the root"))?;
    if tree.root() != expected {
        return Err(ClaimError::Root { epoch, hash, expected, found: tree.root() });
    }
    let own = tree.leaves().iter().filter(|leaf| leaf.account == account).map(|leaf| Claim {
        account,
        token: leaf.token,
        cumulative: leaf.cumulative,
        proof: tree.proof(account, leaf.token).unwrap_or_default(),
    });
    check(reader, epoch, expected, own.collect()).await
}

/// What claims pay now, each proof checked against the root that the chain holds for `epoch`.
pub async fn check(reader: &Reader, epoch: EpochIndex, root: B256, claims: Vec<Claim>) -> Result<Due, ClaimError> {
    let contract = reader.deployment().royalty_roots;
    let mut amounts = Vec::new();
    for claim in claims {
        let &Claim { account, token, cumulative, .. } = &claim;
        let leaf = leaf_hash(reader.chain_id(), contract, epoch, &Leaf { account, token, cumulative });
        if !merkle::verify(root, leaf, &claim.proof) {
            return Err(ClaimError::Proof { epoch, account, token });
        }
        let claimed = reader.claimed(account, token).await.map_err(chain("read what was claimed"))?;
        let payable = cumulative.checked_sub(claimed).unwrap_or_default();
        amounts.push(DueAmount { claim, claimed, payable });
    }
    amounts.sort_by_key(|due| (due.claim.account, due.claim.token));
    Ok(Due { epoch, root, amounts })
}

/// Claims everything that is payable, in as few transactions as possible. Anybody may pay the gas; the money
/// goes to the account of each claim.
pub async fn claim(wallet: &Wallet, due: &Due) -> Result<Paid, ClaimError> {
    let claims: Vec<Claim> =
        due.amounts.iter().filter(|due| !due.payable.is_zero()).map(|due| due.claim.clone()).collect();
    let mut paid = Paid { payouts: Vec::new(), transactions: Vec::new() };
    for batch in claims.chunks(BATCH_MAX) {
        let receipt = wallet.claim_batch(batch).await.map_err(chain("claim"))?;
        paid.transactions.push((receipt.transaction, receipt.gas_used));
        paid.payouts.extend(receipt.made);
    }
    Ok(paid)
}

fn unreadable(hash: BlobHash, source: UsageError) -> ClaimError {
    ClaimError::Tree { hash, source: source.into() }
}

fn chain(doing: &'static str) -> impl FnOnce(ChainError) -> ClaimError {
    move |source| ClaimError::Chain { doing, source }
}
