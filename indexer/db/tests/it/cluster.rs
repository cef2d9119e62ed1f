//! The private cluster, with the binaries of this machine.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use usufruct_db::{
    Db, DbConfig,
    cluster::{Cluster, ClusterConfig, ClusterError},
};

/// A folder that, as `mktemp -d` makes it, nobody but us may enter.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
    dir
}

fn config(dir: impl Into<PathBuf>) -> ClusterConfig {
    ClusterConfig { is_durable: false, max_connections: 20, ..ClusterConfig::new(dir) }
}

async fn start(dir: impl Into<PathBuf>) -> Cluster {
    Cluster::start(&config(dir))
        .await
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)))
}

async fn connect(cluster: &Cluster) -> Db {
    Db::connect(&DbConfig::new(cluster.url())).await.expect("it answers")
}

fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

fn postmaster(dir: &Path) -> Option<i32> {
    fs::read_to_string(dir.join("data/postmaster.pid")).ok()?.lines().next()?.parse().ok()
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_cluster_keeps_its_data_over_stop_and_start() {
    let dir = folder();
    let cluster = start(dir.path().join("made/for/us")).await;
    let home = cluster.socket_dir().to_owned();
    assert_eq!(home, dir.path().join("made/for/us").canonicalize().expect("it exists"));
    let db = connect(&cluster).await;
    db.migrate().await.expect("the database is ours");
    db.put_nonce("kept", Duration::from_secs(600)).await.expect("written");

    // It belongs to an account without privileges, which cannot even enter the folders above, and nobody
    // else may enter it.
    assert_eq!(fs::metadata(dir.path()).expect("it exists").mode() & 0o777, 0o700, "unchanged");
    let found = fs::metadata(&home).expect("it exists");
    assert_eq!(found.mode() & 0o777, 0o700);
    assert_ne!(found.uid(), 0, "Postgres refuses root");
    if is_root() {
        let server = fs::metadata(format!("/proc/{}", postmaster(&home).expect("it runs"))).expect("it runs");
        assert_eq!(server.uid(), found.uid());
    }
    cluster.stop().await.expect("stopped");
    assert_eq!(postmaster(&home), None);

    let cluster = start(&home).await;
    let db = connect(&cluster).await;
    assert!(db.consume_nonce("kept").await.expect("asked"));
    cluster.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_cluster_in_use_is_left_alone() {
    let dir = folder();
    let cluster = start(dir.path()).await;
    let error = Cluster::start(&config(dir.path())).await.expect_err("it is in use");
    let ClusterError::InUse { pid, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*pid, postmaster(dir.path()));
    assert!(error.to_string().contains("stop that one first"));
    connect(&cluster).await.ping().await.expect("undisturbed");
    cluster.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_stale_lock_file_is_cleared() {
    let dir = folder();
    start(dir.path()).await.stop().await.expect("stopped");
    // Left by a crash, and its number belongs to another process of any kind by now: to this one.
    let lines = format!("{}\n{}\n1\n5432\n\n\n", std::process::id(), dir.path().join("data").display());
    let stale = dir.path().join("data/postmaster.pid");
    fs::write(&stale, &lines).expect("written");
    fs::write(dir.path().join(".s.PGSQL.5432.lock"), &lines).expect("written");
    start(dir.path()).await.stop().await.expect("stopped");
    // Cut short by a power failure.
    fs::write(&stale, "").expect("written");
    start(dir.path()).await.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_a_short_one() {
    let dir = folder();
    let long = dir.path().join("x".repeat(60)).join("y".repeat(60));
    let cluster = start(&long).await;
    assert_ne!(cluster.socket_dir(), long);
    let short = cluster.socket_dir().to_owned();
    assert_eq!(fs::metadata(&short).expect("it exists").mode() & 0o777, 0o700);
    connect(&cluster).await.ping().await.expect("it answers");
    cluster.stop().await.expect("stopped");
    let again = start(&long).await;
    assert_eq!(again.socket_dir(), short, "the same after a restart");
    again.stop().await.expect("stopped");
    fs::remove_dir_all(short).expect("ours");
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_refused_and_left_alone() {
    let dir = folder();
    let home = dir.path().join("home");
    fs::create_dir_all(home.join("data")).expect("made");
    fs::write(home.join("data/thesis.txt"), "years of work").expect("written");
    let error = Cluster::start(&config(&home)).await.expect_err("it is no cluster");
    assert!(matches!(error, ClusterError::Occupied(_)), "{error:?}");
    assert_eq!(fs::read_to_string(home.join("data/thesis.txt")).expect("still there"), "years of work");

    let file = dir.path().join("file");
    fs::write(&file, "").expect("written");
    let error = Cluster::start(&config(&file)).await.expect_err("it is a file");
    assert!(matches!(error, ClusterError::Occupied(_)), "{error:?}");
}

#[tokio::test]
async fn a_cluster_of_another_version_names_the_package() {
    let dir = folder();
    start(dir.path()).await.stop().await.expect("stopped");
    fs::write(dir.path().join("data/PG_VERSION"), "9\n").expect("written");
    let error = Cluster::start(&config(dir.path())).await.expect_err("no machine has that");
    assert!(matches!(error, ClusterError::OtherVersion { made_by: 9, .. }), "{error:?}");
    assert!(error.to_string().contains("`apt-get install postgresql-9`"), "{error}");
}

#[tokio::test]
async fn an_account_is_the_one_asked_for_or_an_error() {
    if !is_root() {
        return; // Nobody else changes accounts.
    }
    let dir = folder();
    let mut asked = config(dir.path().join("home"));
    for unknown in ["nobody_that_exists", "root"] {
        asked.account = Some(unknown.to_owned());
        let error = Cluster::start(&asked).await.expect_err("no such account");
        assert!(matches!(error, ClusterError::NoAccount(_)), "{error:?}");
    }
    asked.account = Some("nobody".to_owned());
    let cluster = Cluster::start(&asked).await.expect("it needs no account of its own");
    let owner = fs::metadata(dir.path().join("home")).expect("it exists").uid();
    cluster.stop().await.expect("stopped");
    // From now on it is the owner's, whoever else there is.
    asked.account = None;
    Cluster::start(&asked).await.expect("it starts").stop().await.expect("stopped");
    assert_eq!(fs::metadata(dir.path().join("home")).expect("it exists").uid(), owner);
}

#[tokio::test]
async fn missing_binaries_name_the_package() {
    let dir = folder();
    let mut asked = config(dir.path());
    asked.binaries = Some(PathBuf::from("/nonexistent"));
    let error = Cluster::start(&asked).await.expect_err("nothing is there");
    assert!(error.to_string().contains("`apt-get install postgresql`"), "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() {
    let dir = folder();
    start(dir.path()).await.stop().await.expect("stopped");
    let conf = dir.path().join("data/postgresql.conf");
    fs::write(&conf, "shared_buffers = 'a lot'\n").expect("written");
    let error = Cluster::start(&config(dir.path())).await.expect_err("it cannot read its settings");
    let ClusterError::NotStarted { said, .. } = &error else { panic!("{error:?}") };
    assert!(said.contains("shared_buffers"), "{said}");
}

/// Run by the test below in a process of its own, which it kills.
#[tokio::test]
#[ignore = "a helper: runs until it is killed"]
async fn helper_that_is_killed() {
    let dir = std::env::var("USUFRUCT_TEST_CLUSTER_DIR").expect("set by the test");
    let _cluster = start(dir).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn a_server_ends_with_its_parent_even_when_that_is_killed() {
    let dir = folder();
    let program = std::env::current_exe().expect("this test");
    let mut command = Command::new(program);
    command.args(["--exact", "cluster::helper_that_is_killed", "--ignored", "--nocapture"]);
    command.env("USUFRUCT_TEST_CLUSTER_DIR", dir.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut parent = command.spawn().expect("it runs");
    let ready = || fs::read_to_string(dir.path().join("data/postmaster.pid")).is_ok_and(|text| text.contains("ready"));
    until("the server is ready", ready).await;
    let server = postmaster(dir.path()).expect("it runs");
    parent.kill().expect("killed");
    parent.wait().expect("gone");

    // Whoever comes next waits for it to leave, and finds everything in order.
    let cluster = start(dir.path()).await;
    assert_ne!(postmaster(dir.path()), Some(server));
    connect(&cluster).await.ping().await.expect("it answers");
    drop(cluster);
    until("a dropped cluster ends", || postmaster(dir.path()).is_none()).await;
}
