//! What every command shares: help, completions, settings, output forms.

mod support;

use support::Home;

#[test]
fn help_names_the_exit_codes_and_every_command_helps() {
    let home = Home::new();
    let help = home.run(&["--help"]).worked().stdout;
    assert!(help.contains("5    verification failed"), "{help}");
    for command in [
        "up",
        "serve",
        "demo",
        "status",
        "doctor",
        "dataset",
        "attest",
        "stake",
        "license",
        "job",
        "epoch",
        "claim",
        "lineage",
        "wallet",
        "config",
        "completion",
    ] {
        assert!(help.contains(&format!("\n  {command}")), "{command} is not in:\n{help}");
        home.run(&[command, "--help"]).worked();
    }
}

#[test]
fn every_shell_gets_completions() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = home.run(&["completion", shell]).worked().stdout;
        assert!(script.contains("usufruct"), "{shell}");
    }
}

#[test]
fn settings_are_shown_with_their_origin() {
    let home = Home::new();
    home.file(".local/share/usufruct/usufruct.toml", "node = \"http://file:1\"\n");
    let variables = [("USUFRUCT_RPC", "http://env:1"), ("USUFRUCT_PRIVATE_KEY", "0xsecret")];
    let arguments = ["config", "show", "--origin", "--dev-account", "3", "--json"];
    let shown = home.run_with(&arguments, &variables).worked();
    assert!(!shown.stdout.contains("0xsecret"), "a secret was printed");
    let json = shown.json();
    let origin = |name: &str| {
        let rows = json["settings"].as_array().expect("a list");
        let row = rows.iter().find(|row| row["name"] == name).expect("a setting");
        (row["value"].as_str().map(str::to_owned), row["origin"].as_str().expect("an origin").to_owned())
    };
    assert_eq!(origin("rpc"), (Some("http://env:1".to_owned()), "environment USUFRUCT_RPC".to_owned()));
    assert_eq!(origin("dev_account"), (Some("3".to_owned()), "flag".to_owned()));
    assert!(origin("node").1.starts_with("file "), "{:?}", origin("node"));
    assert_eq!(origin("keystore"), (None, "not set".to_owned()));
    assert_eq!(origin("data_dir").1, "default");
}

#[test]
fn a_doctor_without_a_node_finds_no_fault_and_changes_nothing() {
    let home = Home::new();
    let ran = home.run(&["doctor", "--json"]);
    let json = ran.json();
    let names: Vec<&str> =
        json["checks"].as_array().expect("a list").iter().filter_map(|check| check["name"].as_str()).collect();
    let expected = ["data directory", "node", "Postgres", "anvil", "chain", "contracts", "GraphQL", "clock"];
    assert_eq!(names, expected);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(std::fs::read_dir(home.path()).expect("reads").count(), 0);

    let ran = home.run(&["doctor", "--rpc", "http://127.0.0.1:1", "-q"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, "chain\n"));
}

#[test]
fn a_development_account_has_the_address_that_everybody_knows() {
    let home = Home::new();
    let ran = home.run(&["wallet", "address", "--dev-account", "1", "-q"]).worked();
    assert_eq!(ran.stdout, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n");
    home.run(&["wallet", "address", "--dev-account", "10"]).failed(2, "there is no development account 10");
}
