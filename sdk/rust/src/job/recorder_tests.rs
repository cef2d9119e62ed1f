use super::*;

const JOB: JobId = JobId::new([1; 32]);

fn shard(ordinal: u64, pass: u32) -> Consumed {
    let version = VersionId::new([2; 32]);
    Consumed { version, ordinal, shard: BlobHash::new([3; 32]), pass, records: 10, tokens: 100, bytes: 1000 }
}

fn open(dir: &Path) -> Recorder {
    Recorder::open(dir, JOB, 0).expect("opens")
}

fn keys(recorder: &mut Recorder) -> Vec<(u64, u32, u32)> {
    let sequence = recorder.sequence();
    let rows = recorder.rows(100).expect("writes");
    rows.iter().filter(|row| row.sequence == sequence).map(|row| (row.ordinal, row.pass, row.attempt)).collect()
}

#[test]
fn rows_know_their_steps_and_sequence() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut recorder = open(dir.path());
    recorder.record(&shard(0, 0), 0, 1).expect("writes");
    recorder.record(&shard(1, 0), 5, 2).expect("writes");
    let rows = recorder.rows(9).expect("writes");
    let steps: Vec<_> = rows.iter().map(|row| (row.first_step, row.last_step, row.sequence)).collect();
    assert_eq!(steps, [(0, 4, 1), (5, 8, 1)]);
}

#[test]
fn a_killed_trainer_loses_nothing_and_comes_back_as_the_next_attempt() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut first = open(dir.path());
    first.record(&shard(0, 0), 0, 1).expect("writes");
    first.record(&shard(1, 0), 5, 2).expect("writes");
    drop(first);

    let mut second = open(dir.path());
    assert_eq!(keys(&mut second), [(0, 0, 0), (1, 0, 0)]);
    second.record(&shard(1, 0), 5, 3).expect("writes");
    assert_eq!(keys(&mut second), [(0, 0, 0), (1, 0, 0), (1, 0, 1)]);
}

#[test]
fn rows_after_a_commitment_belong_to_the_next_one() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut recorder = open(dir.path());
    recorder.record(&shard(0, 0), 0, 1).expect("writes");
    recorder.committed(BlobHash::new([9; 32])).expect("writes");
    assert_eq!(keys(&mut recorder), []);
    drop(recorder);

    let mut resumed = open(dir.path());
    assert_eq!(resumed.sequence(), 2);
    resumed.record(&shard(0, 1), 3, 3).expect("writes");
    assert_eq!(keys(&mut resumed), [(0, 1, 1)]);
    let sequences: Vec<u64> = resumed.rows(9).expect("writes").iter().map(|row| row.sequence).collect();
    assert_eq!(sequences, [1, 2], "cumulative units need the rows of all commitments");
}

#[test]
fn a_line_cut_off_by_a_kill_is_dropped_and_written_over() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut recorder = open(dir.path());
    recorder.record(&shard(0, 0), 0, 1).expect("writes");
    drop(recorder);
    let path = dir.path().join(JOURNAL);
    let mut bytes = std::fs::read(&path).expect("reads");
    bytes.extend_from_slice(b"{\"type\":\"row\",\"vers");
    std::fs::write(&path, bytes).expect("writes");

    let mut recorder = open(dir.path());
    recorder.record(&shard(1, 0), 0, 1).expect("writes");
    drop(recorder);
    assert_eq!(keys(&mut open(dir.path())), [(0, 0, 0), (1, 0, 1)]);
}

#[test]
fn a_damaged_line_and_a_journal_of_another_job_are_named() {
    let dir = tempfile::tempdir().expect("a directory");
    drop(open(dir.path()));
    let other = Recorder::open(dir.path(), JobId::new([8; 32]), 0).expect_err("another job");
    assert!(matches!(other, RecorderError::OtherJob { found: JOB, .. }), "{other}");

    std::fs::write(dir.path().join(JOURNAL), "{\"type\":\"opened\"}\n").expect("writes");
    let damaged = Recorder::open(dir.path(), JOB, 0).expect_err("a field is missing");
    assert!(matches!(damaged, RecorderError::Damaged { line: 1, .. }), "{damaged}");
}
