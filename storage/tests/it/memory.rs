//! Memory stays bounded however large the input is. Measured in a process of its own, since the peak of a
//! process never falls.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::Command,
};

use usufruct_storage::{ImportOptions, import_dataset};

use crate::support::{TestNode, quiet};

const INPUT: &str = "USUFRUCT_TEST_INPUT";

/// Peak of resident memory in bytes, and what is resident now.
fn memory() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let field = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    };
    (field("VmHWM:"), field("VmRSS:"))
}

/// A CSV of rows that no compressor folds away.
pub(crate) fn write_csv(path: &Path, size_bytes: u64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "id,name,score,note").unwrap();
    let (mut written, mut id) = (0_u64, 0_u64);
    while written < size_bytes {
        let hash = blake3::hash(&id.to_le_bytes()).to_hex();
        let line = format!("{id},{},{}.{},\"{hash}, as \"\"noted\"\"\"\n", &hash[..12], id % 977, id % 8 * 125);
        file.write_all(line.as_bytes()).unwrap();
        written += line.len() as u64;
        id += 1;
    }
    file.flush().unwrap();
}

#[test]
fn importing_200_mb_takes_less_than_250_mb() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.csv");
    write_csv(&path, 200_000_000);
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["memory::import_in_this_process", "--exact", "--ignored", "--nocapture"])
        .env(INPUT, &path)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{output}{}", String::from_utf8_lossy(&child.stderr));
    let grown = output.lines().find_map(|line| line.strip_prefix("grown by ")).unwrap().parse::<u64>().unwrap();
    println!("{output}");
    assert!(grown < 250 << 20, "{} MiB", grown >> 20);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of importing_200_mb_takes_less_than_250_mb"]
async fn import_in_this_process() {
    let input = std::env::var_os(INPUT).unwrap();
    let test = TestNode::open().await;
    let (_, before) = memory();
    let started = std::time::Instant::now();
    let imported = import_dataset(Path::new(&input), ImportOptions::default(), &test.node, quiet()).await.unwrap();
    let size = fs::metadata(&input).unwrap().len();
    let (peak, _) = memory();
    println!("\ngrown by {}", peak - before);
    println!(
        "{} MB in {:.1} s ({:.0} MB/s), {} shards, {} MB stored, peak {} MiB",
        size / 1_000_000,
        started.elapsed().as_secs_f64(),
        size as f64 / 1e6 / started.elapsed().as_secs_f64(),
        imported.totals.shards,
        imported.totals.size_bytes / 1_000_000,
        peak >> 20,
    );
}
