//! Content ids: CIDv1 over BLAKE3, as other IPLD tools print and resolve them.
//!
//! A blob (a shard, a shard table, a usage log) has the codec `raw`, a manifest `dag-cbor`; the text
//! form is base32 and starts with `bafk` or `bafy`. The 32 bytes of the hash are all that the rest
//! of Usufruct passes around; a CID is how it is shown and parsed at the edge.

pub use ::cid::Cid;
use multihash::Multihash;
use usufruct_types::BlobHash;

/// Multicodec of BLAKE3 with 32 bytes.
const BLAKE3: u64 = 0x1e;
/// Multicodec of opaque bytes.
const RAW: u64 = 0x55;
/// Multicodec of DAG-CBOR.
const DAG_CBOR: u64 = 0x71;
/// No CID of ours is longer; a text above this is refused unread.
const TEXT_BYTES_MAX: usize = 128;

/// What the bytes behind a content id are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Opaque bytes: a shard, a shard table, a usage log, a payout tree.
    Raw,
    /// DAG-CBOR: a manifest.
    DagCbor,
}

/// Why a CID is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CidError {
    /// The text is no CID at all.
    #[error("'{text}' is no content id: expected a CIDv1 such as bafk... or bafy...")]
    Parse {
        /// The start of what was given.
        text: String,
    },
    /// The hash in it is not BLAKE3 with 32 bytes.
    #[error("the content id uses the hash function {code:#x}; content is identified by BLAKE3 (0x1e) with 32 bytes")]
    HashFunction {
        /// Multicodec of the hash function.
        code: u64,
    },
    /// It is neither raw nor DAG-CBOR.
    #[error("the content id has the codec {code:#x}; expected raw (0x55) or dag-cbor (0x71)")]
    Codec {
        /// Multicodec of the content.
        code: u64,
    },
}

/// The content id of a blob.
pub fn blob_cid(hash: BlobHash) -> Cid {
    cid_of(RAW, hash)
}

/// The content id of a manifest.
pub fn manifest_cid(hash: BlobHash) -> Cid {
    cid_of(DAG_CBOR, hash)
}

/// Reads a content id in any multibase.
pub fn parse_cid(text: &str) -> Result<(Codec, BlobHash), CidError> {
    let bad = || CidError::Parse { text: text.chars().take(80).collect() };
    if text.len() > TEXT_BYTES_MAX {
        return Err(bad());
    }
    hash_of(&Cid::try_from(text).map_err(|_| bad())?)
}

/// The codec and BLAKE3 hash in a CID.
pub fn hash_of(cid: &Cid) -> Result<(Codec, BlobHash), CidError> {
    let code = cid.hash().code();
    let digest: Option<[u8; 32]> = cid.hash().digest().try_into().ok();
    let (BLAKE3, Some(digest)) = (code, digest) else {
        return Err(CidError::HashFunction { code });
    };
    match cid.codec() {
        RAW => Ok((Codec::Raw, BlobHash::new(digest))),
        DAG_CBOR => Ok((Codec::DagCbor, BlobHash::new(digest))),
        code => Err(CidError::Codec { code }),
    }
}

fn cid_of(codec: u64, hash: BlobHash) -> Cid {
    let multihash = Multihash::wrap(BLAKE3, hash.as_bytes()).expect("32 bytes fit the 64 that a multihash holds");
    Cid::new_v1(codec, multihash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cids_round_trip_in_base32() {
        let hash = BlobHash::new(*blake3::hash(b"usufruct").as_bytes());
        let (blob, manifest) = (blob_cid(hash).to_string(), manifest_cid(hash).to_string());
        assert!(blob.starts_with("bafkr4i"), "{blob}");
        assert!(manifest.starts_with("bafyr4i"), "{manifest}");
        assert_eq!(parse_cid(&blob), Ok((Codec::Raw, hash)));
        assert_eq!(parse_cid(&manifest), Ok((Codec::DagCbor, hash)));
    }

    #[test]
    fn what_is_not_ours_is_named() {
        let sha2 = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
        assert_eq!(parse_cid(sha2), Err(CidError::HashFunction { code: 0x12 }));
        for text in ["", "bafk", "0x1234", &"b".repeat(5000)] {
            assert!(matches!(parse_cid(text), Err(CidError::Parse { .. })), "{text}");
        }
        let dag_pb = cid_of(0x70, BlobHash::new([7; 32])).to_string();
        assert_eq!(parse_cid(&dag_pb), Err(CidError::Codec { code: 0x70 }));
    }
}
