//! The shard CID column: a binary CIDv1 (raw bytes, BLAKE3).

use usufruct_types::BlobHash;

/// CIDv1, codec raw (0x55), multihash BLAKE3 (0x1e) of 32 bytes.
const PREFIX: [u8; 4] = [0x01, 0x55, 0x1e, 0x20];

/// Bytes of a binary CID.
pub(crate) const CID_BYTES: usize = PREFIX.len() + 32;

pub(crate) fn to_cid(hash: BlobHash) -> [u8; CID_BYTES] {
    let mut cid = [0; CID_BYTES];
    cid[..PREFIX.len()].copy_from_slice(&PREFIX);
    cid[PREFIX.len()..].copy_from_slice(hash.as_bytes());
    cid
}

pub(crate) fn from_cid(cid: &[u8]) -> Option<BlobHash> {
    let hash = cid.strip_prefix(&PREFIX)?;
    Some(BlobHash::new(hash.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cids_round_trip_and_others_are_refused() {
        let hash = BlobHash::new([7; 32]);
        let cid = to_cid(hash);
        assert_eq!(from_cid(&cid), Some(hash));
        assert_eq!(from_cid(&cid[..35]), None);
        let mut dag_cbor = cid;
        dag_cbor[1] = 0x71;
        assert_eq!(from_cid(&dag_cbor), None);
    }
}
