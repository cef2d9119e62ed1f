//! The committed schema is the served one.

#[test]
fn committed_schema_is_what_is_served() {
    let committed = include_str!("../../schema.graphql");
    let served = usufruct_graphql::sdl();
    if committed != served {
        let differing = committed.lines().zip(served.lines()).position(|(old, new)| old != new);
        let line = differing.unwrap_or_else(|| committed.lines().count().min(served.lines().count()));
        panic!(
            "graphql/schema.graphql differs from the served schema from line {} on; after a change on purpose run\n\
             cargo run -p usufruct-graphql --example sdl > graphql/schema.graphql",
            line + 1
        );
    }
}
