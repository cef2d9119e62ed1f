//! Batching: what a level of a query asks of one relation becomes one statement, whatever the number
//! of rows.

use std::{
    collections::HashMap,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
    time::Duration,
};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use usufruct_db::read::{Block, Column, Condition, Listed, Order, Page, Reader, Slice, Value};

use crate::fault::Fault;

/// A row that can be shared between resolvers.
pub(crate) trait Row: Listed + Clone + Send + Sync + 'static {}
impl<T: Listed + Clone + Send + Sync + 'static> Row for T {}

/// The loaders of one request: what it read once it does not read again, and what another request
/// reads is never older than its own start.
#[derive(Clone)]
pub(crate) struct Loaders {
    batches: Arc<DataLoader<Batches, HashMapCache>>,
}

impl Loaders {
    pub(crate) fn new(reader: Reader) -> Self {
        let batches = DataLoader::with_cache(Batches { reader }, tokio::spawn, HashMapCache::default());
        // A page has at most 500 rows and a relation of it at most one key each, so that a level is one
        // batch unless the query nests pages.
        Self { batches: Arc::new(batches.delay(Duration::from_millis(1)).max_batch_size(20_000)) }
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.batches.loader().reader
    }

    /// The one row with this key, or the newest.
    pub(crate) async fn find<T: Row>(
        &self,
        at: u64,
        column: Column,
        key: impl Into<Value>,
    ) -> Result<Option<T>, Fault> {
        self.find_where(at, column, key, Vec::new()).await
    }

    /// The same under conditions.
    pub(crate) async fn find_where<T: Row>(
        &self,
        at: u64,
        column: Column,
        key: impl Into<Value>,
        conditions: Vec<Condition>,
    ) -> Result<Option<T>, Fault> {
        let relation = Relation { at, column, conditions };
        Ok(self.batches.load_one(Find(Asked::new(relation, key.into()))).await?.flatten())
    }

    /// A page of the rows with this key.
    pub(crate) async fn page<T: Row>(
        &self,
        at: u64,
        column: Column,
        key: impl Into<Value>,
        conditions: Vec<Condition>,
        order: Order,
        page: Page,
    ) -> Result<Arc<Slice<T>>, Fault> {
        let listing = Listing { relation: Relation { at, column, conditions }, order, page };
        let slice = self.batches.load_one(Pages(Asked::new(listing, key.into()))).await?;
        slice.ok_or(Fault::Internal)
    }

    /// All rows with this key, of a relation that the contracts bound to a few hundred.
    pub(crate) async fn all<T: Row>(&self, at: u64, column: Column, key: impl Into<Value>) -> Result<Vec<T>, Fault> {
        let slice = self.page::<T>(at, column, key, Vec::new(), T::ORDER, Page::first(ROWS_MAX)).await?;
        Ok(slice.entries.iter().map(|entry| entry.row.clone()).collect())
    }

    /// The number of rows with this key.
    pub(crate) async fn count<T: Row>(
        &self,
        at: u64,
        column: Column,
        key: Value,
        conditions: Vec<Condition>,
    ) -> Result<u64, Fault> {
        let relation = Relation { at, column, conditions };
        Ok(self.batches.load_one(Counts(Asked::<_, T>::new(relation, key))).await?.unwrap_or(0))
    }
}

/// Most rows of a relation that is shown whole.
const ROWS_MAX: u32 = 1_000;

/// A relation between rows: everything but whose.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Relation {
    at: u64,
    column: Column,
    conditions: Vec<Condition>,
}

/// A page of a relation.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Listing {
    relation: Relation,
    order: Order,
    page: Page,
}

/// A relation `R` of the row with a key to rows of type `T`.
struct Asked<R, T> {
    relation: R,
    key: Value,
    of: PhantomData<fn() -> T>,
}

impl<R, T> Asked<R, T> {
    fn new(relation: R, key: Value) -> Self {
        Self { relation, key, of: PhantomData }
    }
}

// Derives would ask the same of `T`, of which there is nothing inside.
impl<R: Clone, T> Clone for Asked<R, T> {
    fn clone(&self) -> Self {
        Self::new(self.relation.clone(), self.key.clone())
    }
}

impl<R: PartialEq, T> PartialEq for Asked<R, T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.relation == other.relation
    }
}

impl<R: Eq, T> Eq for Asked<R, T> {}

impl<R: Hash, T> Hash for Asked<R, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
        self.relation.hash(state);
    }
}

impl<R, T> fmt::Debug for Asked<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("key", &self.key).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Find<T>(Asked<Relation, T>);
#[derive(Debug)]
struct Pages<T>(Asked<Listing, T>);
#[derive(Debug)]
struct Counts<T>(Asked<Relation, T>);

macro_rules! key_traits {
    ($($name:ident),*) => { $(
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }
        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
        impl<T> Eq for $name<T> {}
        impl<T> Hash for $name<T> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
    )* };
}
key_traits!(Find, Pages, Counts);

struct Batches {
    reader: Reader,
}

/// Keys by what they ask, each group to be read by one statement.
fn groups<'k, R: Eq + Hash + 'k, T: 'k>(keys: impl Iterator<Item = &'k Asked<R, T>>) -> HashMap<&'k R, Vec<Value>> {
    let mut groups: HashMap<&R, Vec<Value>> = HashMap::new();
    for asked in keys {
        groups.entry(&asked.relation).or_default().push(asked.key.clone());
    }
    groups
}

impl<T: Row> Loader<Find<T>> for Batches {
    type Value = Option<T>;
    type Error = Fault;

    async fn load(&self, keys: &[Find<T>]) -> Result<HashMap<Find<T>, Self::Value>, Fault> {
        let mut found = HashMap::with_capacity(keys.len());
        for (relation, values) in groups(keys.iter().map(|key| &key.0)) {
            let Relation { at, column, conditions } = relation;
            let rows = self.reader.find_by::<T>(*at, *column, &values, conditions).await?;
            found.extend(values.into_iter().map(|key| Find(Asked::new(relation.clone(), key))).zip(rows));
        }
        Ok(found)
    }
}

impl<T: Row> Loader<Pages<T>> for Batches {
    type Value = Arc<Slice<T>>;
    type Error = Fault;

    async fn load(&self, keys: &[Pages<T>]) -> Result<HashMap<Pages<T>, Self::Value>, Fault> {
        let mut found = HashMap::with_capacity(keys.len());
        for (listing, values) in groups(keys.iter().map(|key| &key.0)) {
            let Listing { relation: Relation { at, column, conditions }, order, page } = listing;
            let slices = self.reader.list_by::<T>(*at, *column, &values, conditions, order, page).await?;
            let keys = values.into_iter().map(|key| Pages(Asked::new(listing.clone(), key)));
            found.extend(keys.zip(slices.into_iter().map(Arc::new)));
        }
        Ok(found)
    }
}

impl<T: Row> Loader<Counts<T>> for Batches {
    type Value = u64;
    type Error = Fault;

    async fn load(&self, keys: &[Counts<T>]) -> Result<HashMap<Counts<T>, u64>, Fault> {
        let mut found = HashMap::with_capacity(keys.len());
        for (relation, values) in groups(keys.iter().map(|key| &key.0)) {
            let Relation { at, column, conditions } = relation;
            let counts = self.reader.count_by::<T>(*at, *column, &values, conditions).await?;
            found.extend(values.into_iter().map(|key| Counts(Asked::new(relation.clone(), key))).zip(counts));
        }
        Ok(found)
    }
}

/// The newest stored block up to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct BlockAt(u64);

impl Loader<BlockAt> for Batches {
    type Value = Option<Block>;
    type Error = Fault;

    async fn load(&self, keys: &[BlockAt]) -> Result<HashMap<BlockAt, Self::Value>, Fault> {
        let mut found = HashMap::with_capacity(keys.len());
        // One key unless a query asks for several blocks by `atBlock`.
        for key in keys {
            let newest = self.reader.list::<Block>(key.0, &[], &Block::NEWEST, &Page::first(1)).await?;
            found.insert(*key, newest.entries.first().map(|entry| entry.row));
        }
        Ok(found)
    }
}

impl Loaders {
    /// The newest stored block up to a number.
    pub(crate) async fn block_at(&self, number: u64) -> Result<Option<Block>, Fault> {
        Ok(self.batches.load_one(BlockAt(number)).await?.flatten())
    }
}
