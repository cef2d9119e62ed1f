//! Counting of a parsed document, each fragment once.

use std::collections::HashMap;

use async_graphql::{
    Name, Value, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

use super::{
    Limits, Measure,
    weights::{Rows, Weights},
};
use crate::fault::Fault;

/// Rows of a page whose size the document does not say.
const PAGE_DEFAULT: u64 = 20;
/// Calls within each other, of selection sets and fragments together. What is deeper is over the depth limit
/// in any case, or fragments that spread each other in a long chain.
const CALLS_MAX: u32 = 128;

/// Counts every operation of a document and refuses what is over a limit. Gives the largest cost.
pub(crate) fn measure(
    document: &ExecutableDocument,
    variables: &Variables,
    weights: &Weights,
    limits: &Limits,
) -> Result<u64, Fault> {
    let operations: Vec<&OperationDefinition> = match &document.operations {
        DocumentOperations::Single(operation) => vec![&operation.node],
        DocumentOperations::Multiple(operations) => operations.values().map(|operation| &operation.node).collect(),
    };
    if operations.len() as u64 > limits.operations {
        return Err(Fault::input(
            "TOO_MANY_OPERATIONS",
            format!("the document has more than {} operations", limits.operations),
        ));
    }
    let mut cost = 0;
    for operation in operations {
        let mut walk = Walk { document, operation, variables, weights, limits, fragments: HashMap::new() };
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut measure = walk.selections(&operation.selection_set.node, root, 0)?;
        measure.directives = measure.directives.saturating_add(operation.directives.len() as u64);
        measure.check(limits)?;
        cost = cost.max(measure.cost);
    }
    // A fragment that no operation spreads is still looked at by validation.
    let mut unused = Walk::unused(document, variables, weights, limits)?;
    for name in document.fragments.keys() {
        unused.fragment(name, 0)?.check(limits)?;
    }
    Ok(cost)
}

struct Walk<'d> {
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
    variables: &'d Variables,
    weights: &'d Weights,
    limits: &'d Limits,
    /// What each fragment counts; `None` while it is being counted, so that a cycle shows.
    fragments: HashMap<&'d str, Option<Measure>>,
}

impl<'d> Walk<'d> {
    fn unused(
        document: &'d ExecutableDocument,
        variables: &'d Variables,
        weights: &'d Weights,
        limits: &'d Limits,
    ) -> Result<Self, Fault> {
        let operation = match &document.operations {
            DocumentOperations::Single(operation) => Some(operation),
            DocumentOperations::Multiple(operations) => operations.values().next(),
        };
        let operation =
            operation.ok_or_else(|| Fault::input("GRAPHQL_PARSE_FAILED", "the document has no operation"))?;
        Ok(Self { document, operation: &operation.node, variables, weights, limits, fragments: HashMap::new() })
    }

    fn selections(&mut self, set: &'d SelectionSet, on: &str, calls: u32) -> Result<Measure, Fault> {
        if calls > CALLS_MAX {
            return Err(Fault::input("QUERY_TOO_DEEP", "the query nests too many selections and fragments"));
        }
        let mut sum = Measure::default();
        for selection in &set.items {
            let measure = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on, calls)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| condition.node.on.node.as_str());
                    let mut measure = self.selections(&fragment.node.selection_set.node, on, calls + 1)?;
                    measure.directives = measure.directives.saturating_add(fragment.node.directives.len() as u64);
                    measure
                }
                Selection::FragmentSpread(spread) => {
                    let mut measure = self.fragment(&spread.node.fragment_name.node, calls + 1)?;
                    measure.directives = measure.directives.saturating_add(spread.node.directives.len() as u64);
                    measure
                }
            };
            sum = sum.beside(measure);
        }
        // Early, so that a bomb ends where it starts to grow.
        if sum.fields > self.limits.fields {
            sum.check(self.limits)?;
        }
        Ok(sum)
    }

    fn field(&mut self, field: &'d Field, on: &str, calls: u32) -> Result<Measure, Fault> {
        let weight = self.weights.field(on, &field.name.node);
        let (leads_to, rows) = match weight {
            Some(weight) => (weight.leads_to.as_str(), weight.rows),
            None => ("", Rows::Fixed(1)),
        };
        let rows = match rows {
            Rows::Fixed(rows) => rows,
            Rows::Page => self.page_size(field),
        };
        let below = self.selections(&field.selection_set.node, leads_to, calls + 1)?;
        Ok(Measure {
            depth: below.depth.saturating_add(1),
            fields: below.fields.saturating_add(1),
            aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
            directives: below.directives.saturating_add(field.directives.len() as u64),
            cost: below.cost.saturating_mul(rows).saturating_add(1),
        })
    }

    fn fragment(&mut self, name: &Name, calls: u32) -> Result<Measure, Fault> {
        let document = self.document;
        // Validation says better what is wrong with a fragment that there is not.
        let Some((name, fragment)) = document.fragments.get_key_value(name) else { return Ok(Measure::default()) };
        match self.fragments.get(name.as_str()) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                let message = format!("the fragment `{}` contains itself", shortened(name));
                return Err(Fault::input("FRAGMENT_CYCLE", message));
            }
            None => {}
        }
        self.fragments.insert(name, None);
        let on = fragment.node.type_condition.node.on.node.as_str();
        let mut measure = self.selections(&fragment.node.selection_set.node, on, calls)?;
        measure.directives = measure.directives.saturating_add(fragment.node.directives.len() as u64);
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }

    /// What `first` or `last` says, from the document, the variables or a variable's default.
    fn page_size(&self, field: &Field) -> u64 {
        let argument = |name| field.get_argument(name).map(|value| value.node.clone());
        let constant = argument("first")
            .or_else(|| argument("last"))
            .map(|value| value.into_const_with(|name| self.variable(&name).cloned().ok_or(())));
        match constant {
            Some(Ok(Value::Number(number))) => number.as_u64().unwrap_or(PAGE_DEFAULT),
            _ => PAGE_DEFAULT,
        }
    }

    fn variable(&self, name: &Name) -> Option<&Value> {
        self.variables.get(name).or_else(|| {
            let definitions = self.operation.variable_definitions.iter();
            let mut named = definitions.filter(|definition| definition.node.name.node == *name);
            named.next()?.node.default_value.as_ref().map(|value| &value.node)
        })
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use async_graphql::parser::parse_query;

    use super::*;

    fn check(query: &str, variables: serde_json::Value) -> Result<u64, &'static str> {
        let document = parse_query(query).expect("a query");
        let weights = Weights::of(&crate::sdl());
        let variables = Variables::from_json(variables);
        measure(&document, &variables, &weights, &Limits::default()).map_err(|fault| fault.code())
    }

    fn plain(query: &str) -> Result<u64, &'static str> {
        check(query, serde_json::Value::Null)
    }

    /// `levels` fragments, each spreading the next one twice.
    fn bomb(levels: u32) -> String {
        let mut query = String::from("{ ...F0 }");
        for level in 0..levels {
            let next = level + 1;
            query += &format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}");
        }
        query + &format!(" fragment F{levels} on Query {{ __typename }}")
    }

    #[test]
    fn cost_multiplies_below_lists() {
        assert_eq!(plain("{ cost { limit } }"), Ok(2));
        assert_eq!(plain("{ datasets { nodes { name } } }"), Ok(41));
        assert_eq!(plain("{ datasets(first: 100) { nodes { name } } }"), Ok(201));
        assert_eq!(plain("{ datasets(last: 3) { nodes { name } } }"), Ok(7));
        assert_eq!(plain("{ ...F } fragment F on Query { datasets(first: 100) { nodes { name } } }"), Ok(201));
    }

    #[test]
    fn a_page_size_in_a_variable_counts() {
        let query = "query Q($n: Int = 7) { datasets(first: $n) { nodes { name } } }";
        assert_eq!(plain(query), Ok(15));
        assert_eq!(check(query, serde_json::json!({ "n": 100 })), Ok(201));
    }

    #[test]
    fn nested_pages_are_refused_by_cost() {
        let query = "{ datasets(first: 500) { nodes { versions(first: 500) { nodes { ordinal } } } } }";
        assert_eq!(plain(query), Err("QUERY_TOO_COSTLY"));
    }

    #[test]
    fn introspection_of_graphiql_passes_and_a_deeper_one_does_not() {
        let query = include_str!("../../tests/it/introspection.graphql");
        let cost = plain(query).expect("GraphiQL asks this");
        assert!(cost < Limits::default().cost, "{cost}");
        let recursive =
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
        assert_eq!(plain(recursive), Err("QUERY_TOO_COSTLY"));
    }

    #[test]
    fn a_fragment_bomb_is_refused_at_once() {
        for levels in [12, 30, 60] {
            let query = bomb(levels);
            let document = parse_query(&query).expect("a query");
            let weights = Weights::of(&crate::sdl());
            let started = Instant::now();
            let refused = measure(&document, &Variables::default(), &weights, &Limits::default());
            assert_eq!(refused.map_err(|fault| fault.code()), Err("QUERY_TOO_LARGE"), "{levels}");
            assert!(started.elapsed() < Duration::from_millis(50), "{:?}", started.elapsed());
        }
    }

    #[test]
    fn fragments_that_contain_themselves_are_refused() {
        assert_eq!(plain("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"), Err("FRAGMENT_CYCLE"));
        let unused = "{ __typename } fragment A on Query { ...A }";
        assert_eq!(plain(unused), Err("FRAGMENT_CYCLE"));
    }

    #[test]
    fn a_long_chain_of_fragments_is_refused() {
        let mut query = String::from("{ ...F0 }");
        for level in 0..200 {
            query += &format!(" fragment F{level} on Query {{ ...F{} }}", level + 1);
        }
        query += " fragment F200 on Query { __typename }";
        assert_eq!(plain(&query), Err("QUERY_TOO_DEEP"));
    }

    #[test]
    fn aliases_count_wherever_their_fragment_is_spread() {
        let aliases = |count: u32| (0..count).map(|n| format!("a{n}: __typename ")).collect::<String>();
        assert_eq!(plain(&format!("{{ {} }}", aliases(60))), Ok(60));
        assert_eq!(plain(&format!("{{ {} }}", aliases(61))), Err("TOO_MANY_ALIASES"));
        let spread = format!("{{ ...F ... {{ ...F }} }} fragment F on Query {{ {} }}", aliases(31));
        assert_eq!(plain(&spread), Err("TOO_MANY_ALIASES"));
    }

    #[test]
    fn directives_and_operations_are_limited() {
        let directives = "@include(if: true) ".repeat(61);
        assert_eq!(plain(&format!("{{ __typename {directives} }}")), Err("TOO_MANY_DIRECTIVES"));
        let operations: String = (0..11).map(|n| format!("query Q{n} {{ __typename }} ")).collect();
        assert_eq!(plain(&operations), Err("TOO_MANY_OPERATIONS"));
    }
}
