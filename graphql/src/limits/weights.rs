//! How often what is below a field runs: read off the schema, so that a new list cannot be forgotten.

use std::collections::HashMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, Type, TypeKind, TypeSystemDefinition},
};

/// Rows of a list that is no connection, taken as an average.
const LIST: u64 = 10;
/// Rows of the lineage graph.
const GRAPH: u64 = 200;

/// What a field leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Its type without list and non-null.
    pub(crate) leads_to: String,
    /// How many of it there are.
    pub(crate) rows: Rows,
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// So many.
    Fixed(u64),
    /// As many as its `first` or `last` asks for.
    Page,
}

/// The fields of every type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weights {
    fields: HashMap<String, HashMap<String, Weight>>,
}

impl Weights {
    /// The weights of the fields of a schema in GraphQL's own language.
    pub(crate) fn of(sdl: &str) -> Self {
        let mut weights = Self::default();
        let Ok(document) = parse_schema(sdl) else {
            unreachable!("the schema's own text parses; a test holds it to that");
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            for field in fields {
                let (leads_to, is_list) = named(&field.node.ty.node);
                let is_graph = name == "ProvenanceGraph";
                let rows = match (leads_to.ends_with("Connection"), is_list) {
                    (true, _) => Rows::Page,
                    // A connection's own lists are counted where it is asked for.
                    (false, true) if name.ends_with("Connection") => Rows::Fixed(1),
                    (false, true) => Rows::Fixed(if is_graph { GRAPH } else { LIST }),
                    (false, false) => Rows::Fixed(1),
                };
                weights.insert(&name, field.node.name.node.as_ref(), leads_to, rows);
            }
        }
        weights.insert_introspection();
        weights
    }

    /// What a field of a type leads to; `None` for a field that there is not.
    pub(crate) fn field(&self, on: &str, field: &str) -> Option<&Weight> {
        self.fields.get(on)?.get(field)
    }

    fn insert(&mut self, on: &str, field: &str, leads_to: impl Into<String>, rows: Rows) {
        let weight = Weight { leads_to: leads_to.into(), rows };
        self.fields.entry(on.to_owned()).or_default().insert(field.to_owned(), weight);
    }

    /// Types lead to fields and fields to types: without weights, introspection is a bomb of its own. These let
    /// through what GraphiQL asks and little more.
    fn insert_introspection(&mut self) {
        for (on, field, leads_to, rows) in [
            ("Query", "__schema", "__Schema", 1),
            ("Query", "__type", "__Type", 1),
            ("__Schema", "types", "__Type", 50),
            ("__Schema", "queryType", "__Type", 1),
            ("__Schema", "mutationType", "__Type", 1),
            ("__Schema", "subscriptionType", "__Type", 1),
            ("__Schema", "directives", "__Directive", 5),
            ("__Directive", "args", "__InputValue", 2),
            ("__Type", "fields", "__Field", 10),
            ("__Type", "interfaces", "__Type", 1),
            ("__Type", "possibleTypes", "__Type", 2),
            ("__Type", "enumValues", "__EnumValue", 2),
            ("__Type", "inputFields", "__InputValue", 2),
            ("__Type", "ofType", "__Type", 1),
            ("__Field", "args", "__InputValue", 2),
            ("__Field", "type", "__Type", 1),
            ("__InputValue", "type", "__Type", 1),
        ] {
            self.insert(on, field, leads_to, Rows::Fixed(rows));
        }
    }
}

/// The innermost type, and whether there is a list around it.
fn named(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(inner) => (named(inner).0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_pages_are_known_from_the_schema() {
        let weights = Weights::of(&crate::sdl());
        let rows = |on, field| weights.field(on, field).map(|weight| weight.rows);
        assert_eq!(rows("Query", "datasets"), Some(Rows::Page));
        assert_eq!(rows("DatasetConnection", "nodes"), Some(Rows::Fixed(1)));
        assert_eq!(rows("Version", "parents"), Some(Rows::Fixed(LIST)));
        assert_eq!(rows("ProvenanceGraph", "nodes"), Some(Rows::Fixed(GRAPH)));
        assert_eq!(rows("Version", "ordinal"), Some(Rows::Fixed(1)));
        assert_eq!(rows("Version", "nothing"), None);
        assert_eq!(weights.field("DatasetEdge", "node").map(|weight| weight.leads_to.as_str()), Some("Dataset"));
    }
}
