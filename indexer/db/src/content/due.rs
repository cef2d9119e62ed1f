//! Which blobs to ask for now, and whom.

use usufruct_types::{Address, BlobHash, EndpointId};

use super::BlobKind;
use crate::{
    Db,
    error::{DbError, Named as _},
    sql::{Account, Hash32},
    writer::stored_chain_id,
};

/// Most endpoints that are listed beside those of the accounts that named a blob.
const OTHERS_MAX: i64 = 64;

/// An endpoint that may have a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Who announced it.
    pub account: Address,
    /// The iroh endpoint.
    pub endpoint: EndpointId,
    /// Direct socket addresses as announced: comma separated, unchecked.
    pub addresses: String,
}

/// A blob to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueBlob {
    /// Its hash.
    pub hash: BlobHash,
    /// What it is named as.
    pub kind: BlobKind,
    /// Failed attempts so far.
    pub attempts: u32,
    /// Endpoints of the accounts that named it, the earliest first: at most 16.
    pub providers: Vec<Provider>,
}

/// Blobs to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueBlobs {
    /// The longest due first.
    pub blobs: Vec<DueBlob>,
    /// Endpoints of everybody, the latest announced first, to try when a blob's own providers fail: at
    /// most 64. Empty where nothing is due.
    pub others: Vec<Provider>,
}

#[derive(sqlx::FromRow)]
struct Row {
    blob_hash: Hash32,
    kind: String,
    attempts: i32,
    account: Option<Account>,
    endpoint_id: Option<Hash32>,
    addresses: Option<String>,
}

impl Db {
    /// At most `limit` blobs named on a chain that are due.
    ///
    /// # Errors
    /// What the database says.
    pub async fn due_blobs(&self, chain_id: u64, limit: u32) -> Result<DueBlobs, DbError> {
        let chain_id = stored_chain_id(chain_id)?;
        let rows: Vec<Row> = sqlx::query_as(include_str!("due.sql"))
            .bind(chain_id)
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .named("due_blobs")?;
        let blobs = group(rows).named("due_blobs")?;
        if blobs.is_empty() {
            return Ok(DueBlobs::default());
        }
        let others: Vec<(Account, Hash32, String)> = sqlx::query_as(
            "SELECT account, endpoint_id, addresses FROM (
                 SELECT DISTINCT ON (account) account, endpoint_id, addresses, block_number, log_index
                 FROM endpoints WHERE chain_id = $1
                 ORDER BY account, block_number DESC, log_index DESC
             ) latest ORDER BY block_number DESC, log_index DESC LIMIT $2",
        )
        .bind(chain_id)
        .bind(OTHERS_MAX)
        .fetch_all(&self.pool)
        .await
        .named("due_blobs.others")?;
        let provider = |(account, endpoint, addresses): (Account, Hash32, String)| Provider {
            account: account.0,
            endpoint: endpoint.id(),
            addresses,
        };
        Ok(DueBlobs { blobs, others: others.into_iter().map(provider).collect() })
    }
}

/// Rows of one blob stand together.
fn group(rows: Vec<Row>) -> Result<Vec<DueBlob>, sqlx::Error> {
    let mut blobs: Vec<DueBlob> = Vec::new();
    for row in rows {
        let (hash, kind) = (row.blob_hash.id(), BlobKind::from_name(&row.kind)?);
        if blobs.last().is_none_or(|blob| (blob.hash, blob.kind) != (hash, kind)) {
            let attempts = u32::try_from(row.attempts).unwrap_or(0);
            blobs.push(DueBlob { hash, kind, attempts, providers: Vec::new() });
        }
        if let (Some(account), Some(endpoint), Some(addresses), Some(blob)) =
            (row.account, row.endpoint_id, row.addresses, blobs.last_mut())
        {
            blob.providers.push(Provider { account: account.0, endpoint: endpoint.id(), addresses });
        }
    }
    Ok(blobs)
}
