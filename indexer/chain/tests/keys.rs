//! Keystores: those of Foundry and geth open, ours open there, hostile ones do no harm.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use std::{fs, path::Path, time::Instant};

use alloy::{
    primitives::{B256, address},
    signers::local::PrivateKeySigner,
};
use serde_json::{Value, json};
use usufruct_attestation::{personal_digest, recover};
use usufruct_chain::{Signer, SignerError};

/// The PBKDF2 test vector of the Web3 Secret Storage Definition; its password is `testpassword`.
/// (Its scrypt vector has parameters that RFC 7914 forbids, and so does our library.)
fn vector() -> Value {
    json!({
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
                "c": 262_144, "dklen": 32, "prf": "hmac-sha256",
                "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
        },
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "version": 3,
    })
}

fn open(keystore: &Value, password: &str) -> Result<Signer, SignerError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, keystore.to_string()).unwrap();
    Signer::from_keystore(&path, password)
}

#[test]
fn keystore_of_the_standard_opens() {
    let signer = open(&vector(), "testpassword").unwrap();
    assert_eq!(signer.address(), address!("0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b"));
}

#[test]
fn created_keystore_opens_with_its_password_only_and_elsewhere_too() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let (signer, path) = Signer::create_keystore(&keys, "alice", "correct horse").unwrap();
    assert_eq!(Signer::from_keystore(&path, "correct horse").unwrap().address(), signer.address());
    let other = PrivateKeySigner::decrypt_keystore(&path, "correct horse").unwrap();
    assert_eq!(other.address(), signer.address());

    let error = Signer::from_keystore(&path, "wrong").expect_err("wrong password");
    assert_eq!(error.to_string(), format!("the password does not open the keystore {}", path.display()));
    let error = Signer::create_keystore(&keys, "alice", "x").expect_err("taken");
    assert!(matches!(error, SignerError::Exists { .. }), "{error:?}");
    assert_eq!(Signer::from_keystore(&path, "correct horse").unwrap().address(), signer.address(), "not overwritten");
    assert_owner_only(&path);
    assert_owner_only(&keys);
}

#[cfg(unix)]
fn assert_owner_only(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
}

#[test]
fn imported_key_is_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let raw = format!("0x{}", "46".repeat(32));
    let (signer, path) = Signer::import_keystore(folder.path(), "bob", "", &raw).unwrap();
    assert_eq!(signer.address(), Signer::from_raw_key(&raw).unwrap().address());
    assert_eq!(Signer::from_keystore(&path, "").unwrap().address(), signer.address());
}

#[test]
fn names_stay_in_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["", ".", "..", "../x", "a/b", ".hidden", "a b", "ä", &"x".repeat(65)] {
        let error = Signer::create_keystore(folder.path(), name, "x").expect_err(name);
        assert!(matches!(error, SignerError::Name { .. }), "{name}: {error:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn hostile_keystores_are_refused_fast() {
    let start = Instant::now();
    let scrypt = json!({"dklen": 32, "n": 1_024, "p": 1, "r": 8, "salt": "00"});
    let mut sound = vector();
    sound["crypto"]["kdf"] = json!("scrypt");
    sound["crypto"]["kdfparams"] = scrypt;
    let error = open(&sound, "testpassword").expect_err("another derivation");
    assert!(matches!(error, SignerError::WrongPassword { .. }), "{error:?}");
    let check = |change: fn(&mut Value), expected: &str| {
        let mut keystore = sound.clone();
        change(&mut keystore);
        let error = open(&keystore, "testpassword").expect_err(expected);
        assert!(matches!(&error, SignerError::NotAKeystore { reason, .. } if reason.contains(expected)), "{error}");
    };
    check(|keystore| keystore["version"] = json!(1), "version is not 3");
    check(|keystore| keystore["crypto"]["kdfparams"]["n"] = json!(1u64 << 31), "costs too much");
    check(|keystore| keystore["crypto"]["kdfparams"]["n"] = json!(3), "costs too much");
    check(|keystore| keystore["crypto"]["kdfparams"]["p"] = json!(1_000_000), "costs too much");
    check(|keystore| keystore["crypto"]["kdfparams"]["r"] = json!(0), "costs too much");
    check(|keystore| keystore["crypto"]["kdf"] = json!("pbkdf2"), "costs too much");
    check(|keystore| keystore["crypto"]["kdf"] = json!("argon2"), "costs too much");
    // Says scrypt, and holds what makes the reader take it for rounds without end.
    let pbkdf2 = |keystore: &mut Value| {
        keystore["crypto"]["kdfparams"]["c"] = json!(u32::MAX);
        keystore["crypto"]["kdfparams"]["prf"] = json!("hmac-sha256");
    };
    check(pbkdf2, "costs too much");
    check(|keystore| keystore["crypto"]["kdfparams"]["dklen"] = json!(8), "32 bytes");
    check(|keystore| keystore["crypto"]["cipherparams"]["iv"] = json!("00"), "16-byte start value");
    check(|keystore| keystore["crypto"]["ciphertext"] = json!("00"), "32 bytes");
    check(|keystore| keystore["crypto"]["mac"] = json!(5), "");
    check(|keystore| keystore["crypto"] = json!([]), "32 bytes");
    check(|keystore| *keystore = json!("key"), "version is not 3");
    check(|keystore| keystore["pad"] = json!("x".repeat(70_000)), "larger than 64 KiB");
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    let error = Signer::from_keystore(Path::new("/nowhere/key"), "x").expect_err("no file");
    assert!(matches!(error, SignerError::File { verb: "read", .. }), "{error:?}");
}

#[test]
fn raw_keys_are_checked_and_never_shown() {
    for key in ["", "0x", "46", &"0".repeat(64), &"f".repeat(64), &"g".repeat(64)] {
        let error = Signer::from_raw_key(key).expect_err(key);
        assert_eq!(error.to_string(), "the raw key is not 64 hex digits of a secp256k1 key");
    }
    let key = "46".repeat(32);
    let signer = Signer::from_raw_key(&key).unwrap();
    assert!(!format!("{signer:?}").contains("4646"));
    assert_eq!(Signer::from_bytes(&signer.to_secret_bytes()).unwrap().address(), signer.address());
    assert!(Signer::from_bytes(&B256::ZERO).is_err());
    assert_ne!(Signer::ephemeral().address(), Signer::ephemeral().address());
}

#[test]
fn development_accounts_are_anvils() {
    let expected = [
        address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        address!("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        address!("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
        address!("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
        address!("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
        address!("0x976EA74026E726554dB657fA54763abd0C3a0aa9"),
        address!("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
        address!("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
        address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    ];
    let found: Vec<_> = (0..10).map(|index| Signer::development(index).unwrap().address()).collect();
    assert_eq!(found, expected);
    assert!(matches!(Signer::development(10), Err(SignerError::NoDevelopmentAccount { index: 10 })));
}

#[test]
fn signed_messages_recover_to_the_signer() {
    let signer = Signer::development(3).unwrap();
    let signature = signer.sign_message("hello").unwrap();
    assert_eq!(recover(personal_digest(b"hello"), &signature), Ok(signer.address()));
}
