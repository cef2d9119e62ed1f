//! Random epochs from a seed.

use alloy_primitives::U256;
use usufruct_royalty::{Basis, Carried, Epoch, Holding, LogUsage, Node, Revenue};
use usufruct_types::{Address, Amount, EpochIndex, Ppm};

use crate::epochs::{account, epoch, log, ppm, version};

/// Usage logs of an epoch.
const LOGS: u8 = 3;

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u64 + 1) as usize);
        }
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    /// A number of a random magnitude: 0, 1 and the largest are all likely enough.
    fn magnitude(&mut self) -> u128 {
        match self.below(16) {
            0 => 0,
            1 => 1,
            2 => u128::MAX,
            n => self.wide() >> (n * 8).min(127),
        }
    }
}

/// Makes the epochs of one seed, one after another over the same graph.
pub(crate) struct Generator {
    random: Random,
    nodes: Vec<Node>,
    index: u64,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = 1 + random.below(9) as usize;
        let mut nodes = Vec::new();
        for index in 0..count {
            nodes.push(random_node(&mut random, index));
        }
        Self { random, nodes, index: 0 }
    }

    /// The first epoch.
    pub(crate) fn epoch(&mut self) -> Epoch {
        self.next(Carried::default())
    }

    /// The next epoch: new revenue and usage; nodes may become diverted or cleared, known or unknown.
    pub(crate) fn next(&mut self, carried: Carried) -> Epoch {
        self.index += 1;
        let random = &mut self.random;
        for node in &mut self.nodes {
            node.is_diverted = random.one_in(6);
            node.holdings = (!random.one_in(6)).then(|| random_units(random));
            node.curators = random_stakes(random);
        }
        let mut epoch = epoch(self.nodes.clone(), random_revenues(random, self.nodes.len()));
        epoch.usage = random_usage(random, self.nodes.len());
        epoch.index = EpochIndex(self.index);
        epoch.carried = carried;
        epoch
    }
}

/// A few accounts, so that the same one appears in several roles. Number 0 is the treasury.
fn random_account(random: &mut Random) -> Address {
    match random.below(12) {
        0 => crate::epochs::TREASURY,
        n => account(n),
    }
}

fn random_node(random: &mut Random, index: usize) -> Node {
    let mut candidates: Vec<usize> = (0..index).collect();
    random.shuffle(&mut candidates);
    candidates.truncate(random.below(5) as usize);
    let shares = random_shares(random, candidates.len());
    let recipients = 1 + random.below(3) as usize;
    let mut whole = random_shares(random, recipients);
    let rest = 1_000_000 - whole.iter().skip(1).map(|share| share.parts()).sum::<u32>();
    whole[0] = ppm(rest);
    Node {
        version: version(index),
        parents: candidates.into_iter().zip(shares).collect(),
        is_diverted: false,
        curator_share: [Ppm::ZERO, ppm(50_000), ppm(333_333), Ppm::WHOLE][random.below(4) as usize],
        curators: Vec::new(),
        recipients: whole.into_iter().map(|share| (random_account(random), share)).collect(),
        holdings: None,
    }
}

/// Shares of at most the whole together; sometimes of exactly the whole, sometimes zero.
fn random_shares(random: &mut Random, count: usize) -> Vec<Ppm> {
    let mut left = 1_000_000;
    let mut shares = Vec::new();
    for index in 0..count {
        let parts = match random.below(8) {
            0 => 0,
            1 if index + 1 == count => left,
            2 => left.min(100_000),
            _ => random.below(u64::from(left) + 1) as u32,
        };
        left -= parts;
        shares.push(ppm(parts));
    }
    shares
}

fn random_units(random: &mut Random) -> Vec<Holding> {
    (0..random.below(5))
        .map(|_| Holding {
            contributor: (!random.one_in(5)).then(|| random_account(random)),
            units: if random.one_in(3) { 1 } else { random.magnitude() },
        })
        .collect()
}

fn random_stakes(random: &mut Random) -> Vec<(Address, U256)> {
    let stake = |random: &mut Random| U256::from(random.magnitude()) * U256::from(random.below(100));
    (0..random.below(4)).map(|_| (random_account(random), stake(random))).collect()
}

fn random_revenues(random: &mut Random, nodes: usize) -> Vec<Revenue> {
    // Large amounts come alone in their token, as a token's sum is bounded.
    let is_large = random.one_in(4);
    let count = if is_large { 1 } else { random.below(9) };
    (0..count)
        .map(|_| Revenue {
            node: random.below(nodes as u64) as usize,
            token: Address::repeat_byte(0xa0 + random.below(2) as u8),
            amount: Amount::new(if is_large { random.magnitude() } else { random.magnitude() >> 80 }),
            fee: [Ppm::ZERO, ppm(25_000), ppm(1), Ppm::WHOLE][random.below(4) as usize],
            basis: match random.below(u64::from(LOGS) * 2) as u8 {
                n if n < LOGS => Basis::Log(log(n)),
                _ => Basis::Version,
            },
        })
        .collect()
}

/// For each log and node: not listed, listed as unknown, or known.
fn random_usage(random: &mut Random, nodes: usize) -> Vec<LogUsage> {
    let mut usage = Vec::new();
    for (n, node) in (0..LOGS).flat_map(|n| (0..nodes).map(move |node| (n, node))) {
        match random.below(6) {
            0 => {}
            1 => usage.push(LogUsage { log: log(n), node, units: None }),
            _ => usage.push(LogUsage { log: log(n), node, units: Some(random_units(random)) }),
        }
    }
    usage
}
