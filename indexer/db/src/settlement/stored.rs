//! What settlements left, kept so that the next one need not replay all before it. A cache: replaying
//! from the first epoch gives the same.

use usufruct_royalty::Carried;
use usufruct_types::{B256, EpochIndex};

use crate::{
    Db,
    error::{DbError, Named as _},
    sql::{Hash32, Whole},
    writer::stored_chain_id,
};

impl Db {
    /// Keeps what the settlement of an epoch with this root left.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_settlement(
        &self,
        chain_id: u64,
        epoch: EpochIndex,
        root: B256,
        carried: &Carried,
    ) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO settlements (chain_id, epoch, root, carried) VALUES ($1, $2, $3, $4)
             ON CONFLICT (chain_id, epoch, root) DO UPDATE SET carried = EXCLUDED.carried",
        )
        .bind(stored_chain_id(chain_id)?)
        .bind(Whole::from(epoch.0))
        .bind(Hash32(root))
        .bind(carried.encode())
        .execute(&self.pool)
        .await
        .named("put_settlement")
        .map(drop)
    }

    /// What the settlement of an epoch with this root left; `None` where it is not kept (or was kept in
    /// another form), and has to be replayed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn settlement(&self, chain_id: u64, epoch: EpochIndex, root: B256) -> Result<Option<Carried>, DbError> {
        let bytes: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT carried FROM settlements WHERE chain_id = $1 AND epoch = $2 AND root = $3")
                .bind(stored_chain_id(chain_id)?)
                .bind(Whole::from(epoch.0))
                .bind(Hash32(root))
                .fetch_optional(&self.pool)
                .await
                .named("settlement")?;
        Ok(bytes.and_then(|bytes| Carried::decode(&bytes).ok()))
    }
}
