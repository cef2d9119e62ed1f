//! Prints the schema: `cargo run -p usufruct-graphql --example sdl > graphql/schema.graphql`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    print!("{}", usufruct_graphql::sdl());
}
