use std::{fs, path::PathBuf};

use usufruct_types::EndpointId;

use super::*;

struct Case {
    dir: tempfile::TempDir,
    environment: Environment,
    global: Global,
}

impl Case {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory for the test");
        let global = Global { data_dir: Some(dir.path().to_owned()), ..Global::default() };
        Self { dir, environment: Environment::new(), global }
    }

    fn file(self, text: &str) -> Self {
        fs::write(self.dir.path().join("usufruct.toml"), text).expect("writes");
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn node(self, pid: u32) -> Self {
        let node = NodeFile {
            version: 1,
            pid,
            http: "http://127.0.0.1:7000".to_owned(),
            rpc: "http://127.0.0.1:8545".to_owned(),
            deployment: PathBuf::from("/data/deployment.json"),
            endpoint: EndpointFile { id: EndpointId::new([7; 32]), addresses: Vec::new() },
            operator_token: PathBuf::from("/data/operator-token"),
        };
        node.write(self.dir.path()).expect("writes");
        self
    }

    fn load(&self) -> Result<Settings, SettingsError> {
        Settings::load(&self.global, self.environment.clone())
    }

    fn rpc(&self) -> (String, Origin) {
        let rpc = self.load().expect("loads").rpc.expect("set");
        (rpc.value, rpc.origin)
    }
}

#[test]
fn each_layer_covers_the_one_below() {
    let mut case = Case::new().node(std::process::id());
    assert_eq!(case.rpc(), ("http://127.0.0.1:8545".to_owned(), Origin::Node(case.dir.path().join("node.json"))));

    case = case.file("rpc = \"http://file:1/\"");
    assert_eq!(case.rpc(), ("http://file:1".to_owned(), Origin::File(case.dir.path().join("usufruct.toml"))));

    case = case.variable("USUFRUCT_RPC", "http://env:1");
    assert_eq!(case.rpc(), ("http://env:1".to_owned(), Origin::Environment("USUFRUCT_RPC".to_owned())));

    case.global.rpc = Some("http://flag:1".to_owned());
    assert_eq!(case.rpc(), ("http://flag:1".to_owned(), Origin::Flag));
}

#[test]
fn an_empty_variable_is_unset() {
    let case = Case::new().file("rpc = \"http://file:1\"").variable("USUFRUCT_RPC", "");
    assert_eq!(case.rpc().0, "http://file:1");
}

#[test]
fn numbers_of_the_file_need_no_quotes() {
    let case = Case::new().file("http_port = 8080");
    let settings = case.load().expect("loads");
    let port = settings.pick::<u16>(&key::HTTP_PORT, None).expect("parses").expect("set");
    assert_eq!(port.value, 8080);
    assert_eq!(settings.pick(&key::HTTP_PORT, Some(1)).expect("parses").map(|port| port.value), Some(1_u16));
}

#[test]
fn a_value_that_does_not_parse_names_its_origin() {
    let case = Case::new().variable("USUFRUCT_DEV_ACCOUNT", "first");
    let error = case.load().expect_err("no number");
    assert_eq!(
        error.to_string(),
        "dev_account from environment USUFRUCT_DEV_ACCOUNT is 'first': invalid digit found in string"
    );
}

#[test]
fn an_unknown_key_is_named_with_the_known_ones() {
    let case = Case::new().file("rcp = \"http://file:1\"");
    let error = case.load().expect_err("no such setting").to_string();
    assert!(error.contains("sets 'rcp', which is no setting; known are node, rpc, "), "{error}");
}

#[test]
fn secrets_are_refused_in_files_and_hidden_when_shown() {
    let error = Case::new().file("private_key = \"0x12\"").load().expect_err("a secret in a file").to_string();
    assert!(error.contains("'private_key', which is no setting"), "{error}");

    let settings = Case::new().variable("USUFRUCT_PRIVATE_KEY", "0xdead").load().expect("loads");
    assert!(settings.rows().iter().all(|(_, value, _)| value.as_deref() != Some("0xdead")));
}

#[test]
fn a_named_file_must_exist_and_be_toml() {
    let mut case = Case::new();
    case.global.config = Some(case.dir.path().join("absent.toml"));
    assert!(matches!(case.load(), Err(SettingsError::Read { .. })));

    case = case.file("rpc = ");
    case.global.config = None;
    assert!(matches!(case.load(), Err(SettingsError::Syntax { .. })));
}

#[test]
fn the_file_of_a_dead_node_is_passed_over() {
    // Linux gives no process the highest 32-bit number.
    let case = Case::new().node(u32::MAX);
    let settings = case.load().expect("loads");
    assert_eq!((settings.running, settings.rpc), (None, None));
    let error = case.load().expect("loads").rpc_url().map(str::to_owned).expect_err("no node");
    assert!(error.to_string().starts_with("the chain's RPC endpoint is not known"), "{error}");
}

#[test]
fn a_node_file_of_another_version_is_refused() {
    let case = Case::new().node(1);
    let path = NodeFile::path(case.dir.path());
    let text = fs::read_to_string(&path).expect("reads").replace("\"version\": 1", "\"version\": 2");
    fs::write(&path, text).expect("writes");
    assert!(matches!(case.load(), Err(SettingsError::Node(NodeFileError::Version { found: 2, .. }))));
}

#[test]
fn data_goes_where_the_platform_keeps_it() {
    let environment = |pairs: &[(&str, &str)]| {
        default_data_dir(&pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()).ok()
    };
    assert_eq!(environment(&[("XDG_DATA_HOME", "/x"), ("HOME", "/home/ada")]), Some("/x/usufruct".into()));
    assert_eq!(environment(&[("HOME", "/home/ada")]), Some("/home/ada/.local/share/usufruct".into()));
    // The XDG rules: a relative path is to be ignored.
    assert_eq!(
        environment(&[("XDG_DATA_HOME", "x"), ("HOME", "/home/ada")]),
        Some("/home/ada/.local/share/usufruct".into())
    );
    assert_eq!(environment(&[]), None);
}
