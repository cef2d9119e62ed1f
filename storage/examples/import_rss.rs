//! Imports a generated CSV of the given number of megabytes, fetches it over the loopback interface into a
//! second node, and prints rates and the peak of resident memory: `import_rss 2000`.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
    time::Instant,
};

use usufruct_storage::{AccessList, FetchOptions, ImportOptions, Node, NodeConfig, import_dataset, silent};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "what it measures is what it prints")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let megabytes: u64 = std::env::args().nth(1).map_or(Ok(200), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    let input = dir.path().join("input.csv");
    write_csv(&input, megabytes * 1_000_000)?;
    let size = fs::metadata(&input)?.len();

    let access = Arc::new(AccessList::new());
    let config = NodeConfig { access: access.clone(), ..NodeConfig::new(dir.path().join("a")) };
    let node = Node::open(config).await?;
    let started = Instant::now();
    let imported = import_dataset(&input, ImportOptions::default(), &node, silent()).await?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "import: {} MB of CSV in {seconds:.1} s, {:.0} MB/s; {} records, {} shards of {} MB; peak {} MiB",
        size / 1_000_000,
        size as f64 / 1e6 / seconds,
        imported.totals.records,
        imported.totals.shards,
        imported.totals.size_bytes / 1_000_000,
        peak_bytes()? >> 20,
    );

    access.publish(imported.hashes());
    let other = Node::open(NodeConfig::new(dir.path().join("b"))).await?;
    let (provider, options, quiet) = ([node.as_provider()], FetchOptions::default(), silent());
    let started = Instant::now();
    for hash in imported.hashes() {
        other.fetch(hash, &provider, &options, &quiet).await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "fetch: {} MB in {seconds:.1} s, {:.0} MB/s, one blob after the other; peak {} MiB for both nodes",
        imported.totals.size_bytes / 1_000_000,
        imported.totals.size_bytes as f64 / 1e6 / seconds,
        peak_bytes()? >> 20,
    );
    other.shutdown().await;
    node.shutdown().await;
    Ok(())
}

fn write_csv(path: &Path, size_bytes: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "id,name,score,note")?;
    let (mut written, mut id) = (0_u64, 0_u64);
    while written < size_bytes {
        let hash = blake3::hash(&id.to_le_bytes()).to_hex();
        let line = format!("{id},{},{}.{},\"{hash}, as \"\"noted\"\"\"\n", &hash[..12], id % 977, id % 8 * 125);
        file.write_all(line.as_bytes())?;
        written += line.len() as u64;
        id += 1;
    }
    file.flush()
}

fn peak_bytes() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse::<u64>()? * 1024)
}
