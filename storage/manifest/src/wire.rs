//! The manifest as DAG-CBOR. Kept apart from the domain type, because its shape is a promise to
//! whoever hashes manifests: keys are the field names, hashes and addresses are byte strings, the
//! shard table is a link (tag 42), numbers are integers and nothing is a float.

use std::fmt;

use ::cid::Cid;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use usufruct_types::{Address, B256, Ppm, VersionId};

use crate::{
    cid::{Codec, blob_cid, hash_of},
    manifest::{Contributor, FORMAT, Field, Manifest, ManifestError, SourceClaim, limit},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireManifest {
    format: u64,
    title: String,
    description: String,
    license: String,
    language: Bounded<String, { limit::LANGUAGES }>,
    sources: Bounded<WireSource, { limit::SOURCES }>,
    arrow_schema: Bounded<WireField, { limit::FIELDS }>,
    parents: Bounded<WireParent, { limit::PARENTS }>,
    contributors: Bounded<WireContributor, { limit::CONTRIBUTORS }>,
    shard_format: String,
    shard_table: Cid,
    shard_table_root: Bytes<32>,
    content_root: Bytes<32>,
    shards: u32,
    records: u64,
    size_bytes: u64,
    tokens: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSource {
    uri: String,
    statement: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireField {
    name: String,
    data_type: String,
    is_nullable: bool,
    is_content: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireParent {
    version: Bytes<32>,
    share_ppm: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireContributor {
    account: Bytes<20>,
    name: String,
}

pub(crate) fn encode(manifest: &Manifest) -> Result<Vec<u8>, ManifestError> {
    let Manifest { title, description, license, language, shard_format, .. } = manifest.clone();
    let sources = manifest.sources.iter().cloned().map(|SourceClaim { uri, statement }| WireSource { uri, statement });
    let fields = manifest.arrow_schema.iter().cloned().map(|field| {
        let Field { name, data_type, is_nullable, is_content } = field;
        WireField { name, data_type, is_nullable, is_content }
    });
    let parents = manifest
        .parents
        .iter()
        .map(|(version, share)| WireParent { version: Bytes(*version.as_bytes()), share_ppm: share.parts() });
    let contributors = manifest
        .contributors
        .iter()
        .cloned()
        .map(|Contributor { account, name }| WireContributor { account: Bytes(account.0.0), name });
    let wire = WireManifest {
        format: FORMAT,
        title,
        description,
        license,
        language: Bounded(language),
        sources: Bounded(sources.collect()),
        arrow_schema: Bounded(fields.collect()),
        parents: Bounded(parents.collect()),
        contributors: Bounded(contributors.collect()),
        shard_format,
        shard_table: blob_cid(manifest.shard_table),
        shard_table_root: Bytes(manifest.shard_table_root.0),
        content_root: Bytes(manifest.content_root.0),
        shards: manifest.shards,
        records: manifest.records,
        size_bytes: manifest.size_bytes,
        tokens: manifest.tokens,
    };
    serde_ipld_dagcbor::to_vec(&wire).map_err(malformed)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    let wire: WireManifest = serde_ipld_dagcbor::from_slice(bytes).map_err(malformed)?;
    if wire.format != FORMAT {
        return Err(ManifestError::Format { found: wire.format });
    }
    let (Codec::Raw, shard_table) = hash_of(&wire.shard_table).map_err(malformed)? else {
        return Err(malformed("shard_table is not a raw blob"));
    };
    let sources = wire.sources.0.into_iter().map(|WireSource { uri, statement }| SourceClaim { uri, statement });
    let fields = wire.arrow_schema.0.into_iter().map(|field| {
        let WireField { name, data_type, is_nullable, is_content } = field;
        Field { name, data_type, is_nullable, is_content }
    });
    let parents = wire.parents.0.into_iter().map(|WireParent { version, share_ppm }| {
        let share = Ppm::try_new(share_ppm).map_err(ManifestError::Shares)?;
        Ok((VersionId::new(version.0), share))
    });
    let contributors = wire
        .contributors
        .0
        .into_iter()
        .map(|WireContributor { account, name }| Contributor { account: Address::new(account.0), name });
    Ok(Manifest {
        title: wire.title,
        description: wire.description,
        license: wire.license,
        language: wire.language.0,
        sources: sources.collect(),
        arrow_schema: fields.collect(),
        parents: parents.collect::<Result<_, ManifestError>>()?,
        contributors: contributors.collect(),
        shard_format: wire.shard_format,
        shard_table,
        shard_table_root: B256::new(wire.shard_table_root.0),
        content_root: B256::new(wire.content_root.0),
        shards: wire.shards,
        records: wire.records,
        size_bytes: wire.size_bytes,
        tokens: wire.tokens,
    })
}

fn malformed(cause: impl fmt::Display) -> ManifestError {
    // Causes quote what they read; a stranger's bytes must not fill a log.
    ManifestError::Malformed(cause.to_string().chars().filter(|c| !c.is_control()).take(200).collect())
}

/// A CBOR byte string of exactly `N` bytes.
struct Bytes<const N: usize>([u8; N]);

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<const N: usize>;
        impl<const N: usize> de::Visitor<'_> for Visitor<N> {
            type Value = Bytes<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{N} bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes<N>, E> {
                bytes.try_into().map(Bytes).map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

/// A list that stops being read at its `N + 1`st element, so that a short input cannot claim much memory.
struct Bounded<T, const N: usize>(Vec<T>);

impl<T: Serialize, const N: usize> Serialize for Bounded<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for Bounded<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T, const N: usize>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const N: usize> de::Visitor<'de> for Visitor<T, N> {
            type Value = Bounded<T, N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {N} elements")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Bounded<T, N>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    if values.len() == N {
                        return Err(de::Error::invalid_length(N + 1, &self));
                    }
                    values.push(value);
                }
                Ok(Bounded(values))
            }
        }
        deserializer.deserialize_seq(Visitor(std::marker::PhantomData))
    }
}
