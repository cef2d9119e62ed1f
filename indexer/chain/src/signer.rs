//! Keys: encrypted keystores, and raw keys where no money can be lost.

use std::{
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, B256},
    signers::{SignerSync, k256::elliptic_curve::rand_core::OsRng, local::PrivateKeySigner},
};
use usufruct_attestation::{
    UsageCommitment,
    eas::{AttestRequest, Domain, RevokeRequest},
    personal_digest,
};
use usufruct_types::JobId;

/// The chain id of development chains.
pub const DEVELOPMENT_CHAIN_ID: u64 = 31337;

/// Longest keystore file that is read.
const KEYSTORE_BYTES_MAX: u64 = 64 * 1024;
/// scrypt needs 128 * n * r bytes: 1 GiB with Foundry's r of 8.
const SCRYPT_N_MAX: u64 = 1 << 20;
const SCRYPT_RP_MAX: u64 = 16;
const PBKDF2_ROUNDS_MAX: u64 = 10_000_000;

/// The accounts that every development chain pays out to, in order. Their keys are public, as the
/// mnemonic is ("test test ... junk"): they are written out so that no key is derived at run time.
const DEVELOPMENT_KEYS: [&str; 10] = [
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
    "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
    "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
    "dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97",
    "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
];

/// Where a key comes from, which decides on which chains it may sign transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Keystore,
    Raw,
}

/// A key that signs. Never shown, not even by `Debug`.
#[derive(Clone)]
pub struct Signer {
    key: PrivateKeySigner,
    origin: Origin,
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The keystore file cannot be read or written.
    #[error("the keystore {path} cannot be {verb}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// `read` or `written`.
        verb: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A key of that name is there already.
    #[error("the keystore {path} exists; choose another name")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The name would leave the folder or hide the file.
    #[error(
        "'{name}' is no name for a key: use 1 to 64 letters, digits, dots, dashes or underscores, not starting with a dot"
    )]
    Name {
        /// What was given.
        name: String,
    },
    /// The file is no keystore that we open.
    #[error("{path} is no keystore of version 3 that can be opened: {reason}")]
    NotAKeystore {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The password does not open the keystore.
    #[error("the password does not open the keystore {path}")]
    WrongPassword {
        /// The file.
        path: PathBuf,
    },
    /// Not 32 bytes of hex, or not a secp256k1 key. The text is not repeated.
    #[error("the raw key is not 64 hex digits of a secp256k1 key")]
    RawKey,
    /// A raw key on a chain with real money.
    #[error("a raw key is accepted on the development chain 31337 only, this is chain {chain_id}; use a keystore")]
    RawKeyOnRealChain {
        /// The chain.
        chain_id: u64,
    },
    /// There are ten development accounts.
    #[error("there is no development account {index}: they are numbered 0 to 9")]
    NoDevelopmentAccount {
        /// What was asked for.
        index: usize,
    },
    /// The signing itself failed.
    #[error("signing failed")]
    Signing(#[source] alloy::signers::Error),
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl Signer {
    /// Opens an encrypted keystore of version 3, as Foundry, geth and MetaMask write them. Slow on
    /// purpose (scrypt): call it once, and off the async threads.
    pub fn from_keystore(path: &Path, password: &str) -> Result<Self, SignerError> {
        check_keystore(path)?;
        let key = PrivateKeySigner::decrypt_keystore(path, password).map_err(|error| match error.to_string() {
            // The type of the cause is not exported; its text is.
            reason if reason == "Mac Mismatch" => SignerError::WrongPassword { path: path.to_owned() },
            reason => SignerError::NotAKeystore { path: path.to_owned(), reason },
        })?;
        Ok(Self { key, origin: Origin::Keystore })
    }

    /// Makes a new key and writes its keystore as `folder/name`, readable by the owner only.
    pub fn create_keystore(folder: &Path, name: &str, password: &str) -> Result<(Self, PathBuf), SignerError> {
        Self::write_keystore(folder, name, password, &PrivateKeySigner::random_with(&mut OsRng))
    }

    /// Writes the keystore of a given raw key (64 hex digits, with or without 0x), to import it.
    pub fn import_keystore(
        folder: &Path,
        name: &str,
        password: &str,
        raw_key: &str,
    ) -> Result<(Self, PathBuf), SignerError> {
        Self::write_keystore(folder, name, password, &Self::from_raw_key(raw_key)?.key)
    }

    /// A raw key: 64 hex digits, with or without 0x. Signs transactions on chain 31337 only.
    pub fn from_raw_key(raw_key: &str) -> Result<Self, SignerError> {
        let key = raw_key.trim().parse().map_err(|_| SignerError::RawKey)?;
        Ok(Self { key, origin: Origin::Raw })
    }

    /// The development account `index`, 0 to 9, which every development chain funds.
    pub fn development(index: usize) -> Result<Self, SignerError> {
        Self::from_raw_key(DEVELOPMENT_KEYS.get(index).ok_or(SignerError::NoDevelopmentAccount { index })?)
    }

    /// A fresh key that is written nowhere: a job key that lives as long as its job. It needs no
    /// ether, as anybody may submit what it signs.
    pub fn ephemeral() -> Self {
        Self { key: PrivateKeySigner::random_with(&mut OsRng), origin: Origin::Raw }
    }

    /// A key from its 32 bytes, which the caller keeps safe: a job key handed to its ranks.
    pub fn from_bytes(bytes: &B256) -> Result<Self, SignerError> {
        let key = PrivateKeySigner::from_bytes(bytes).map_err(|_| SignerError::RawKey)?;
        Ok(Self { key, origin: Origin::Raw })
    }

    /// The key's 32 bytes. Secret: for handing a job key to the ranks of its job.
    pub fn to_secret_bytes(&self) -> B256 {
        self.key.to_bytes()
    }

    /// The account of the key.
    pub const fn address(&self) -> Address {
        self.key.address()
    }

    /// Signs a digest: 65 bytes r, s (low), v (27 or 28).
    pub fn sign_digest(&self, digest: B256) -> Result<[u8; 65], SignerError> {
        self.key.sign_hash_sync(&digest).map(|signature| signature.as_bytes()).map_err(SignerError::Signing)
    }

    /// Signs a text as wallets do (EIP-191), for Sign-In with Ethereum.
    pub fn sign_message(&self, message: &str) -> Result<[u8; 65], SignerError> {
        self.sign_digest(personal_digest(message.as_bytes()))
    }

    /// Signs what a job consumed, as its job key.
    pub fn sign_usage(
        &self,
        chain_id: u64,
        usage_ledger: Address,
        job: JobId,
        commitment: &UsageCommitment,
    ) -> Result<[u8; 65], SignerError> {
        self.sign_digest(commitment.digest(chain_id, usage_ledger, job))
    }

    /// Signs an attestation for EAS to take from anybody.
    pub fn sign_attestation(&self, domain: &Domain, request: &AttestRequest) -> Result<[u8; 65], SignerError> {
        self.sign_digest(request.digest(domain))
    }

    /// Signs a revocation for EAS to take from anybody.
    pub fn sign_revocation(&self, domain: &Domain, request: &RevokeRequest) -> Result<[u8; 65], SignerError> {
        self.sign_digest(request.digest(domain))
    }

    /// Whether the key may send transactions on a chain.
    pub(crate) fn check_chain(&self, chain_id: u64) -> Result<(), SignerError> {
        if self.origin == Origin::Raw && chain_id != DEVELOPMENT_CHAIN_ID {
            return Err(SignerError::RawKeyOnRealChain { chain_id });
        }
        Ok(())
    }

    pub(crate) fn key(&self) -> PrivateKeySigner {
        self.key.clone()
    }

    fn write_keystore(
        folder: &Path,
        name: &str,
        password: &str,
        key: &PrivateKeySigner,
    ) -> Result<(Self, PathBuf), SignerError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(1..=64).contains(&name.len()) || name.starts_with('.') || !name.bytes().all(is_name) {
            return Err(SignerError::Name { name: name.chars().take(80).collect() });
        }
        let path = folder.join(name);
        let file = |source| SignerError::File { path: path.clone(), verb: "written", source };
        create_private_folder(folder).map_err(file)?;
        // Reserves the name with owner-only rights; what is written next keeps them.
        create_private_file(&path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => SignerError::Exists { path: path.clone() },
            _ => file(source),
        })?;
        let written = PrivateKeySigner::encrypt_keystore(folder, &mut OsRng, key.to_bytes(), password, Some(name));
        if let Err(error) = written {
            // An empty file must not block the name. The error that counts is the first one.
            let _ = fs::remove_file(&path);
            return Err(file(io::Error::other(error)));
        }
        Ok((Self { key: key.clone(), origin: Origin::Keystore }, path))
    }
}

#[cfg(unix)]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn create_private_file(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(drop)
}

/// Refuses files that would make the key derivation panic, or take all memory or an hour.
fn check_keystore(path: &Path) -> Result<(), SignerError> {
    let not_a_keystore = |reason: &str| SignerError::NotAKeystore { path: path.to_owned(), reason: reason.to_owned() };
    let mut text = String::new();
    let file = fs::File::open(path).and_then(|file| file.take(KEYSTORE_BYTES_MAX + 1).read_to_string(&mut text));
    file.map_err(|source| match source.kind() {
        io::ErrorKind::InvalidData => not_a_keystore("it is not text"),
        _ => SignerError::File { path: path.to_owned(), verb: "read", source },
    })?;
    if text.len() as u64 > KEYSTORE_BYTES_MAX {
        return Err(not_a_keystore("it is larger than 64 KiB"));
    }
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|error| not_a_keystore(&error.to_string()))?;
    if json["version"] != 3 {
        return Err(not_a_keystore("its version is not 3"));
    }
    let parameters = &json["crypto"]["kdfparams"];
    let number = |name: &str| parameters[name].as_u64();
    if number("dklen") != Some(32) {
        return Err(not_a_keystore("its derived key is not 32 bytes long"));
    }
    let within = |name: &str, max: u64| number(name).is_some_and(|value| (1..=max).contains(&value));
    let is_scrypt = json["crypto"]["kdf"] == "scrypt"
        && number("n").is_some_and(|n| n.is_power_of_two() && (2..=SCRYPT_N_MAX).contains(&n))
        && within("r", SCRYPT_RP_MAX)
        && within("p", SCRYPT_RP_MAX)
        // The reader goes by the parameters, not by the name: these would make it PBKDF2.
        && parameters["c"].is_null();
    let is_pbkdf2 = json["crypto"]["kdf"] == "pbkdf2" && within("c", PBKDF2_ROUNDS_MAX);
    if !(is_scrypt || is_pbkdf2) {
        return Err(not_a_keystore("its key derivation is unknown or costs too much"));
    }
    if json["crypto"]["cipherparams"]["iv"].as_str().is_none_or(|iv| iv.len() != 32) {
        return Err(not_a_keystore("its cipher has no 16-byte start value"));
    }
    if json["crypto"]["ciphertext"].as_str().is_none_or(|key| key.len() != 64) {
        return Err(not_a_keystore("what it holds is not 32 bytes long"));
    }
    Ok(())
}
