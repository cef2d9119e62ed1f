//! Parameters that the DAO governs.

#![expect(clippy::too_many_arguments, reason = "a resolver takes the arguments of its field")]

use async_graphql::{Context, ID, InputObject, Object};
use usufruct_db::read::{self, Condition, Listed as _};

use super::{
    connection::{Connection, Paging, Shown, list, related},
    context::{At, app, at},
    dataset::checked,
    ids::GlobalId,
    scalars::{Address, BigInt, Hash32, Uint256},
    values::EventReference,
};
use crate::fault::Fault;

/// What parameters must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct ParameterFilter {
    /// The contract.
    contract: Option<Address>,
    /// Its name, exactly, such as `protocolFeePpm`.
    name: Option<String>,
}

impl ParameterFilter {
    fn conditions(self) -> Result<Vec<Condition>, Fault> {
        let mut conditions = vec![read::ParameterChange::current()];
        conditions.extend(self.contract.map(|Address(contract)| read::ParameterChange::CONTRACT.is(contract)));
        if let Some(name) = self.name {
            conditions.push(read::ParameterChange::NAME.is(checked(&name)?));
        }
        Ok(conditions)
    }
}

/// A parameter.
pub(crate) struct Parameter {
    at: At,
    row: read::ParameterChange,
}

impl Shown for Parameter {
    type Row = read::ParameterChange;

    fn shown(at: At, row: read::ParameterChange) -> Self {
        Self { at, row }
    }
}

/// A parameter of a contract that only a vote of the DAO changes, within the contract's own bounds.
#[Object]
impl Parameter {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        // A name is a word on chain, so at most 32 bytes.
        GlobalId::parameter(self.row.contract, &self.row.name).to_id()
    }

    /// The contract.
    async fn contract(&self) -> Address {
        Address(self.row.contract)
    }

    /// The contract's name, as in the fields of `ContractAddresses`; null where this deployment does not name it.
    async fn contract_name(&self, ctx: &Context<'_>) -> Option<&'static str> {
        app(ctx).deployment.contracts.name_of(self.row.contract)
    }

    /// Its name, such as `protocolFeePpm`. Names that end in `Ppm` are parts per million, in `Seconds` seconds.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Its value as a number.
    async fn value(&self) -> Uint256 {
        Uint256(self.row.value)
    }

    /// Its value as a word of 32 bytes, for what is no number.
    async fn word(&self) -> Hash32 {
        Hash32(self.row.value)
    }

    /// Every value that it was given, newest first.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ParameterChange>> {
        let paging = Paging { first, after, last, before };
        let key = read::ParameterChange::of(self.row.contract, &self.row.name);
        let (column, order) = (read::ParameterChange::CONTRACT_AND_NAME, read::ParameterChange::ORDER);
        Ok(related(ctx, self.at, column, key, vec![], order, paging).await?)
    }

    /// The event that set it last.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// A value that a parameter was given.
pub(crate) struct ParameterChange(read::ParameterChange);

impl Shown for ParameterChange {
    type Row = read::ParameterChange;

    fn shown(_: At, row: read::ParameterChange) -> Self {
        Self(row)
    }
}

/// A value that a parameter was given.
#[Object]
impl ParameterChange {
    /// The value as a number.
    async fn value(&self) -> Uint256 {
        Uint256(self.0.value)
    }

    /// The value before; null where it is the first.
    async fn previous_value(&self) -> Option<Uint256> {
        self.0.previous.map(Uint256)
    }

    /// The value as a word of 32 bytes.
    async fn word(&self) -> Hash32 {
        Hash32(self.0.value)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.0.at)
    }
}

/// Parameters.
#[derive(Default)]
pub(crate) struct ParameterQuery;

/// Parameters.
#[Object]
impl ParameterQuery {
    /// Parameters of the contracts, by contract and name, as their events say. One that was never announced in an event
    /// is not there.
    async fn parameters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<ParameterFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Parameter>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions()?;
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::ParameterChange::BY_NAME, paging).await?)
    }
}
