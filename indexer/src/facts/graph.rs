//! From what a version's income flows to whom, as of a block: registered parents, and what the jobs of a
//! model consumed.

use std::collections::{BTreeMap, HashMap};

use usufruct_royalty::{Consumed, model_edges};
use usufruct_types::{JobId, VersionId, event::Parent};

use super::{Facts, VersionFact};

/// The versions that were registered by a block, and their edges at its end.
pub(super) struct Graph<'a> {
    facts: &'a Facts,
    end: u64,
    /// In the order of their registration.
    pub(super) known: &'a [VersionFact],
    place_of: HashMap<VersionId, usize>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(facts: &'a Facts, end: u64) -> Self {
        let known = &facts.versions[..facts.versions.partition_point(|version| version.block_number <= end)];
        // Only models look versions up.
        let looked_up = if facts.bindings.is_empty() { &[] } else { known };
        let place_of = looked_up.iter().enumerate().map(|(place, version)| (version.version, place)).collect();
        Self { facts, end, known, place_of }
    }

    /// The edges of the version at a place: its parents, and of a bound model what its jobs consumed of
    /// versions that were registered before it. Money never flows to what came later, so there is no cycle.
    pub(super) fn edges(&self, place: usize) -> Vec<Parent> {
        let version = &self.known[place];
        let binding = self.facts.bindings.get(&version.version).filter(|binding| binding.block_number <= self.end);
        let Some(binding) = binding else { return version.parents.clone() };
        let consumed: Vec<_> = binding.jobs.iter().flat_map(|job| self.consumed(*job, place)).collect();
        model_edges(&version.parents, &consumed)
    }

    /// What a job consumed of versions that stand before `model`, license by license.
    fn consumed(&self, job: JobId, model: usize) -> Vec<Consumed> {
        let mut latest = BTreeMap::new();
        for fact in self.facts.consumed.get(&job).into_iter().flatten().filter(|fact| fact.block_number <= self.end) {
            latest.insert(fact.position, (fact.version, fact.units));
        }
        let entry = |(version, units): (VersionId, u128)| {
            let known = &self.known[*self.place_of.get(&version).filter(|place| **place < model)?];
            Some(Consumed {
                version,
                units,
                unit: known.unit,
                records: known.records,
                size_bytes: known.size_bytes,
                inference_share: known.inference_share,
            })
        };
        latest.into_values().filter_map(entry).collect()
    }
}
