//! Everything in the schema says what it is.

use serde_json::Value;

use crate::server::Server;

/// Walks introspection and names what has no description of its own.
fn undescribed(schema: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    let mut check = |path: String, item: &Value| {
        let text = item["description"].as_str().unwrap_or_default();
        if text.len() < 3 || text.contains('\n') && text.contains("TODO") {
            missing.push(path);
        }
    };
    for ty in schema["types"].as_array().unwrap() {
        let name = ty["name"].as_str().unwrap();
        let is_built_in = name.starts_with("__") || ["Boolean", "Float", "ID", "Int", "String"].contains(&name);
        if is_built_in {
            continue;
        }
        check(name.to_owned(), ty);
        for (kind, members) in [("fields", "args"), ("inputFields", ""), ("enumValues", "")] {
            for member in ty[kind].as_array().into_iter().flatten() {
                let path = format!("{name}.{}", member["name"].as_str().unwrap());
                for argument in member[members].as_array().into_iter().flatten() {
                    check(format!("{path}({})", argument["name"].as_str().unwrap()), argument);
                }
                check(path, member);
            }
        }
    }
    missing
}

#[tokio::test]
async fn every_type_field_argument_and_value_is_described() {
    let server = Server::empty().await;
    let data = server.data(include_str!("introspection.graphql")).await;
    assert_eq!(undescribed(&data["__schema"]), Vec::<String>::new());
    // The walk itself must be able to fail.
    let bare =
        serde_json::json!({ "types": [{ "name": "A", "fields": [{ "name": "b", "args": [{ "name": "c" }] }] }] });
    assert_eq!(undescribed(&bare), ["A", "A.b(c)", "A.b"]);
}
