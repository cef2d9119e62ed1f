use super::{ByteModel, CLASSES, Config, ConfigError, Windows, arith};

/// Fit for a test: small, but with every layer wider than one and a rest after the lanes of a sum.
fn small() -> Config {
    Config::try_new(3, 5, 11).unwrap()
}

fn text() -> Vec<u8> {
    let corpus = include_str!("../../../cli/data/gutenberg/corpus.jsonl");
    corpus.as_bytes()[..60_000].to_vec()
}

/// FNV-1a: enough to tell two weight files apart.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn trained(seed: u64, steps: usize) -> ByteModel {
    let (text, mut model, mut windows) = (text(), ByteModel::new(seed, small()), Windows::new(seed, 24));
    for _ in 0..steps {
        model.train_step(&windows.draw(&text, 8), 0.005);
    }
    model
}

#[test]
fn default_model_brings_unseen_text_from_even_guessing_below_2_8_nats() {
    let text = text();
    let (seen, unseen) = text.split_at(50_000);
    let mut model = ByteModel::new(1, Config::default());
    assert!((model.evaluate(unseen) - (CLASSES as f32).ln()).abs() < 0.2, "an untrained guess is near even");

    let mut windows = Windows::new(1, 32);
    for _ in 0..150 {
        model.train_step(&windows.draw(seen, 8), 0.01);
    }

    let after = model.evaluate(unseen);
    assert!(after < 2.8, "unseen text costs {after} nats per byte");
}

#[test]
fn train_step_returns_the_loss_before_the_step() {
    let mut model = ByteModel::new(4, small());
    let before = model.evaluate(b"usufruct");
    assert_eq!(model.train_step(&[b"usufruct"], 0.01), before);
    assert!(model.evaluate(b"usufruct") < before);
}

#[test]
fn gradient_matches_finite_differences_in_every_layer() {
    let batch: [&[u8]; 2] = [b"The fields of Athens.", b"\xc3\xa9t\xc3\xa9"];
    let bytes = batch.iter().map(|text| text.len()).sum();
    let mut model = trained(3, 20);
    let (_, gradient) = model.gradient(&batch, bytes);

    let step = 2e-3_f32;
    let mut compared = 0;
    for at in (0..gradient.len()).step_by(3) {
        let weight = model.parameters.weights()[at];
        model.parameters.weights_mut()[at] = weight + step;
        let (above, _) = model.gradient(&batch, bytes);
        model.parameters.weights_mut()[at] = weight - step;
        let (below, _) = model.gradient(&batch, bytes);
        model.parameters.weights_mut()[at] = weight;

        let measured = (above - below) / (2.0 * step);
        let slope = gradient[at];
        assert!((measured - slope).abs() < 2e-3 + 0.02 * slope.abs(), "weight {at}: {slope}, measured {measured}");
        compared += usize::from(slope.abs() > 0.01);
    }
    assert!(compared > 50, "only {compared} slopes were large enough to be a test");
}

#[test]
fn same_seed_gives_the_same_weights_on_every_platform() {
    let weights = trained(42, 25).weights_bytes();
    assert_eq!(weights, trained(42, 25).weights_bytes());
    assert_eq!(fingerprint(&weights), 10_207_643_263_740_985_118, "the arithmetic or its order changed");
    assert_ne!(weights, trained(43, 25).weights_bytes());
}

#[test]
fn order_of_the_bytes_reaches_the_weights() {
    let mut forward = ByteModel::new(5, small());
    let mut backward = forward.clone();
    forward.train_step(&[b"ab", b"cd"], 0.01);
    backward.train_step(&[b"ab", b"dc"], 0.01);
    assert_ne!(forward.weights_bytes(), backward.weights_bytes());
}

#[test]
fn empty_batch_changes_nothing() {
    let mut model = trained(6, 3);
    let before = model.weights_bytes();
    assert_eq!(model.train_step(&[], 0.01), 0.0);
    assert_eq!(model.train_step(&[b"", b""], 0.01), 0.0);
    assert_eq!(model.weights_bytes(), before);
    assert_eq!(model.evaluate(b""), 0.0);
}

#[test]
fn weights_bytes_start_with_the_shape_and_hold_every_weight() {
    let model = ByteModel::new(0, small());
    let bytes = model.weights_bytes();
    assert_eq!(&bytes[..12], [3, 0, 0, 0, 5, 0, 0, 0, 11, 0, 0, 0]);
    assert_eq!(model.parameters(), 128 * 5 + 3 * 5 * 11 + 11 + 11 * 128 + 128);
    assert_eq!(bytes.len(), 12 + 4 * model.parameters());
    assert_eq!(ByteModel::new(0, Config::default()).parameters(), 12_480);
}

#[test]
fn overfitted_model_samples_what_it_read() {
    let text = b"the creator is paid. ".repeat(4);
    let mut model = ByteModel::new(8, Config::try_new(6, 8, 24).unwrap());
    for _ in 0..300 {
        model.train_step(&[&text], 0.02);
    }
    assert_eq!(model.sample(b"the cre", 13, 9), b"ator is paid.");
    assert_eq!(model.sample(b"the", 40, 10), model.sample(b"the", 40, 10));
    assert_eq!(model.sample(b"the", 0, 10), b"");
}

#[test]
fn sampled_bytes_are_ascii_and_vary_with_the_seed() {
    let model = ByteModel::new(11, small());
    let drawn = model.sample(b"", 200, 1);
    assert_eq!(drawn.len(), 200);
    assert!(drawn.is_ascii());
    assert_ne!(drawn, model.sample(b"", 200, 2));
}

#[test]
fn windows_cover_the_text_and_are_the_text_when_it_is_short() {
    let text: Vec<u8> = (0..20).collect();
    let drawn = Windows::new(1, 4).draw(&text, 300);
    assert!(drawn.iter().all(|window| window.len() == 4));
    assert!(drawn.iter().any(|window| window[0] == 0) && drawn.iter().any(|window| window[3] == 19));
    assert_eq!(Windows::new(1, 64).draw(&text, 2), [&text, &text]);
    assert_eq!(Windows::new(1, 64).draw(b"", 1), [b""]);
}

#[test]
fn exp_is_close_to_the_exact_value_and_never_zero_too_early() {
    for step in 0..8_700 {
        let power = -0.01 * step as f32;
        let exact = f64::from(power).exp();
        let error = (f64::from(arith::exp(power)) - exact).abs() / exact;
        assert!(error < 3e-7, "exp({power}) is off by {error}");
    }
    assert_eq!(arith::exp(0.0), 1.0);
    assert!(arith::exp(-1e9) < 2e-38);
}

#[test]
fn config_refuses_sizes_without_a_model() {
    let refused = |context, embedding, hidden| Config::try_new(context, embedding, hidden).unwrap_err();
    assert_eq!(refused(0, 1, 1), ConfigError { part: "context", size: 0 });
    assert_eq!(refused(1, 4097, 1), ConfigError { part: "embedding", size: 4097 });
    assert_eq!(refused(1, 1, 0).to_string(), "a model's hidden has a size of 1 to 4096, not 0");
    assert!(Config::try_new(1, 1, 4096).is_ok());
}
