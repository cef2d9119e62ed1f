//! Where accounts serve blobs, and where their payouts go.

use usufruct_types::{Address, EndpointId, LogRef};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Listed},
};

/// The latest endpoint that an account announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The event.
    pub at: LogRef,
    /// Whose it is.
    pub account: Address,
    /// Its iroh id.
    pub id: EndpointId,
    /// Direct socket addresses as they were announced; empty where discovery finds it.
    pub addresses: Vec<String>,
}

impl Endpoint {
    /// By account.
    pub const ACCOUNT: Column = Column::bytes("account");
    /// By iroh id.
    pub const ID: Column = Column::bytes("endpoint_id");
}

fn endpoint(row: &Cells<'_>) -> Result<Endpoint, CellError> {
    let addresses = row.text("addresses")?;
    Ok(Endpoint {
        at: row.log_ref()?,
        account: row.address("account")?,
        id: row.word("endpoint_id")?,
        addresses: addresses.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
    })
}

impl Listed for Endpoint {
    const LIST: &'static str = "endpoints";
    const SOURCE: &'static str = "(SELECT DISTINCT ON (account) * FROM endpoints
        WHERE chain_id = $1 AND block_number <= $2 ORDER BY account, block_number DESC, log_index DESC)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        endpoint(row)
    }
}

/// An endpoint whose account registered a version with a blob, and so is the one to ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider(pub Endpoint);

impl Provider {
    /// By the BLAKE3 hash of a manifest, a shard table, a usage log or a payout tree.
    pub const BLOB: Column = Column::bytes("blob_hash");
}

impl Listed for Provider {
    const LIST: &'static str = "providers";
    const SOURCE: &'static str = "(
        SELECT r.blob_hash, e.* FROM (
            SELECT DISTINCT blob_hash, account FROM blob_references WHERE chain_id = $1 AND block_number <= $2
        ) r
        CROSS JOIN LATERAL (
            SELECT * FROM endpoints e
            WHERE e.chain_id = $1 AND e.account = r.account AND e.block_number <= $2
            ORDER BY e.block_number DESC, e.log_index DESC LIMIT 1
        ) e)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        endpoint(row).map(Self)
    }
}

/// Where the payouts of an account go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutAddress {
    /// The event.
    pub at: LogRef,
    /// The account.
    pub account: Address,
    /// Where they go.
    pub recipient: Address,
}

impl PayoutAddress {
    /// By account.
    pub const ACCOUNT: Column = Column::bytes("account");
}

impl Listed for PayoutAddress {
    const LIST: &'static str = "payout addresses";
    const SOURCE: &'static str = "(SELECT * FROM payout_addresses WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { at: row.log_ref()?, account: row.address("account")?, recipient: row.address("recipient")? })
    }
}
