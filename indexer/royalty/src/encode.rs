//! Canonical bytes of epochs and of what is carried.
//!
//! Numbers are big endian and of fixed width, lists carry their length as 8 bytes, options a byte
//! of 0 or 1. Lists are in canonical order, so equal things have equal bytes on any machine.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use usufruct_types::{Address, Amount, B256, VersionId};

use crate::{Basis, Carried, Deferred, Epoch, Fixed, Holding, JobLog};

const EPOCH_MAGIC: &[u8] = b"usufruct epoch 1";
const CARRIED_MAGIC: &[u8] = b"usufruct carried 1";

/// Bytes that are not the canonical encoding of what is carried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the carried state is malformed at byte {offset}: {problem}")]
pub struct DecodeError {
    /// Where reading stopped.
    pub offset: usize,
    /// What is wrong there.
    pub problem: &'static str,
}

impl Epoch {
    /// Canonical bytes: the same for every order of the lists whose order means nothing.
    pub fn encode(&self) -> Vec<u8> {
        let epoch = self.canonical();
        let mut out = EPOCH_MAGIC.to_vec();
        put_u64(&mut out, epoch.chain_id);
        out.extend(epoch.contract);
        put_u64(&mut out, epoch.index.0);
        out.extend(epoch.treasury);
        put_list(&mut out, &epoch.nodes, |out, node| {
            out.extend(node.version.as_bytes());
            put_list(out, &node.parents, |out, &(parent, share)| {
                put_len(out, parent);
                out.extend(share.parts().to_be_bytes());
            });
            out.push(node.is_diverted.into());
            out.extend(node.curator_share.parts().to_be_bytes());
            put_list(out, &node.curators, |out, (account, weight)| {
                out.extend(account);
                out.extend(weight.to_be_bytes::<32>());
            });
            put_list(out, &node.recipients, |out, (account, share)| {
                out.extend(account);
                out.extend(share.parts().to_be_bytes());
            });
            put_holdings(out, node.holdings.as_deref());
        });
        put_list(&mut out, &epoch.revenues, |out, revenue| {
            put_len(out, revenue.node);
            out.extend(revenue.token);
            out.extend(revenue.amount.units().to_be_bytes());
            out.extend(revenue.fee.parts().to_be_bytes());
            put_basis(out, revenue.basis);
        });
        put_list(&mut out, &epoch.usage, |out, usage| {
            out.extend(usage.log.job.as_bytes());
            out.extend(usage.log.log.as_bytes());
            put_len(out, usage.node);
            put_holdings(out, usage.units.as_deref());
        });
        out.extend(carried(&epoch.carried));
        out
    }

    /// Keccak256 of [`Self::encode`]: equal where two implementations settle from the same input.
    pub fn digest(&self) -> B256 {
        alloy_primitives::keccak256(self.encode())
    }
}

pub(crate) fn carried(carried: &Carried) -> Vec<u8> {
    let mut out = CARRIED_MAGIC.to_vec();
    put_list(&mut out, &carried.cumulative, |out, ((token, account), amount)| {
        out.extend(token);
        out.extend(account);
        out.extend(amount.units().to_be_bytes());
    });
    put_list(&mut out, &carried.fractions, |out, (token, &fraction)| {
        out.extend(token);
        put_u64(out, fraction);
    });
    put_list(&mut out, &carried.deferred, |out, (key, amount)| {
        out.extend(key.version.as_bytes());
        out.extend(key.token);
        put_basis(out, key.basis);
        out.extend(amount.raw().to_be_bytes::<32>());
    });
    put_list(&mut out, &carried.escrow, |out, ((version, token), amount)| {
        out.extend(version.as_bytes());
        out.extend(token);
        out.extend(amount.raw().to_be_bytes::<32>());
    });
    out
}

pub(crate) fn decode_carried(bytes: &[u8]) -> Result<Carried, DecodeError> {
    let mut reader = Reader { bytes, offset: 0 };
    if reader.take(CARRIED_MAGIC.len())? != CARRIED_MAGIC {
        return Err(DecodeError { offset: 0, problem: "it does not start as a carried state of format 1" });
    }
    let carried = Carried {
        cumulative: reader.map(|reader| {
            let key = (reader.address()?, reader.address()?);
            Ok((key, Amount::new(u128::from_be_bytes(reader.array()?))))
        })?,
        fractions: reader.map(|reader| Ok((reader.address()?, reader.u64()?)))?,
        deferred: reader.map(|reader| {
            let (version, token) = (VersionId::new(reader.array()?), reader.address()?);
            let basis = reader.basis()?;
            Ok((Deferred { version, token, basis }, reader.fixed()?))
        })?,
        escrow: reader.map(|reader| {
            let key = (VersionId::new(reader.array()?), reader.address()?);
            Ok((key, reader.fixed()?))
        })?,
    };
    match reader.offset == bytes.len() {
        true => Ok(carried),
        false => Err(reader.error("bytes follow the end")),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, problem: &'static str) -> DecodeError {
        DecodeError { offset: self.offset, problem }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let taken = self.bytes[self.offset..].get(..count).ok_or_else(|| self.error("it ends too early"))?;
        self.offset += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_be_bytes)
    }

    fn address(&mut self) -> Result<Address, DecodeError> {
        self.array().map(Address::new)
    }

    fn fixed(&mut self) -> Result<Fixed, DecodeError> {
        self.array::<32>().map(|bytes| Fixed::from_raw(U256::from_be_bytes(bytes)))
    }

    fn basis(&mut self) -> Result<Basis, DecodeError> {
        match self.array()? {
            [0] => Ok(Basis::Version),
            [1] => Ok(Basis::Log(JobLog { job: self.array::<32>()?.into(), log: self.array::<32>()?.into() })),
            _ => Err(self.error("the basis is neither a version (0) nor a log (1)")),
        }
    }

    /// A list of entries, strictly ascending by key and none of them zero. Memory grows with the
    /// bytes that are there, never with the length that is claimed.
    fn map<K: Ord, V: Default + PartialEq>(
        &mut self,
        mut entry: impl FnMut(&mut Self) -> Result<(K, V), DecodeError>,
    ) -> Result<BTreeMap<K, V>, DecodeError> {
        let mut map = BTreeMap::new();
        for _ in 0..self.u64()? {
            let start = self.offset;
            let (key, value) = entry(self)?;
            if map.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(DecodeError { offset: start, problem: "entries are not ascending" });
            }
            if value == V::default() {
                return Err(DecodeError { offset: start, problem: "an entry is zero" });
            }
            map.insert(key, value);
        }
        Ok(map)
    }
}

fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend(value.to_be_bytes());
}

fn put_len(out: &mut Vec<u8>, value: usize) {
    put_u64(out, u64::try_from(value).expect("a length in memory fits 64 bits"));
}

fn put_list<'a, T: 'a, L>(out: &mut Vec<u8>, list: L, mut put: impl FnMut(&mut Vec<u8>, T))
where
    L: IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
{
    let list = list.into_iter();
    put_len(out, list.len());
    list.for_each(|item| put(out, item));
}

fn put_basis(out: &mut Vec<u8>, basis: Basis) {
    match basis {
        Basis::Version => out.push(0),
        Basis::Log(JobLog { job, log }) => {
            out.push(1);
            out.extend(job.as_bytes());
            out.extend(log.as_bytes());
        }
    }
}

fn put_holdings(out: &mut Vec<u8>, holdings: Option<&[Holding]>) {
    out.push(holdings.is_some().into());
    put_list(out, holdings.unwrap_or_default(), |out, holding| {
        // The zero address reads as none, and the canonical form holds none of it.
        out.extend(holding.contributor.unwrap_or_default());
        out.extend(holding.units.to_be_bytes());
    });
}
