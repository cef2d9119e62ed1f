//! The demo's data, carried in the binary so that an installed `usufruct demo` needs no checkout. Where it
//! comes from and under which license stands in `sdk/cli/data/README.md`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

const CORPUS: &[u8] = include_bytes!("../../data/gutenberg/corpus.jsonl");
/// A file of strike reports an office.
pub(super) const STRIKES: [(&str, &[u8]); 3] = [
    ("east.csv", include_bytes!("../../data/strikes/east.csv")),
    ("central.csv", include_bytes!("../../data/strikes/central.csv")),
    ("west.csv", include_bytes!("../../data/strikes/west.csv")),
];

/// Where the inputs were written.
pub(super) struct Inputs {
    pub(super) corpus: PathBuf,
    pub(super) strikes: PathBuf,
}

/// Writes the inputs below `dir`.
pub(super) fn write(dir: &Path) -> io::Result<Inputs> {
    let inputs = Inputs { corpus: dir.join("corpus.jsonl"), strikes: dir.join("strikes") };
    fs::create_dir_all(&inputs.strikes)?;
    fs::write(&inputs.corpus, CORPUS)?;
    for (name, bytes) in STRIKES {
        fs::write(inputs.strikes.join(name), bytes)?;
    }
    Ok(inputs)
}
