//! What a deployment starts with.

use std::time::Duration;

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use usufruct_types::{Amount, Ppm};

/// One of a token with 18 decimals.
const ONE: u128 = 10_u128.pow(18);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a deployment starts with. Governance may change all but the tokens later. The addresses of the contracts
/// follow from the deployer, the salt and these.
///
/// As JSON, times are whole seconds and amounts are strings of the token's smallest unit; what is left out takes
/// its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DeployParameters {
    /// Another salt gives other addresses.
    pub salt: B256,
    /// Token of prices and payouts; `None` deploys "Usufruct Dev Dollar" (dUSD, 6 decimals), on
    /// development chains only.
    pub payment_token: Option<Address>,
    /// Token of stakes, bonds and votes (ERC20Votes); `None` deploys "Usufruct" (USUF, 18 decimals).
    pub stake_token: Option<Address>,
    /// Who receives the supply of a stake token that is deployed; `None`: the deployer.
    pub token_holder: Option<Address>,
    /// Supply of a stake token that is deployed.
    pub token_supply: Amount,
    /// Permit2; `None`: its usual address, and none on development chains.
    pub permit2: Option<Address>,
    /// Who receives the protocol fee; `None`: the timelock, or the deployer where it stays admin.
    pub treasury: Option<Address>,
    /// Share of every revenue that goes to the treasury, at most 10 %.
    pub protocol_fee: Ppm,
    /// How long a proposed root can be rejected: 1 second to 30 days.
    #[serde(with = "seconds")]
    pub challenge_window: Duration,
    /// Bond of a proposed root, in the stake token.
    pub bond: Amount,
    /// Blocks after which stake counts.
    pub warmup_blocks: u64,
    /// How long stake thaws: 1 second to 365 days.
    #[serde(with = "seconds")]
    pub thaw: Duration,
    /// How long providers can commit receipts after a trainer wants to close a job: at most 30 days.
    #[serde(with = "seconds")]
    pub close: Duration,
    /// How long what was delivered can be committed before it is charged with a penalty: at most 30 days.
    #[serde(with = "seconds")]
    pub grace: Duration,
    /// Penalty on usage that was not committed in time, as a share of its price.
    pub penalty: Ppm,
    /// How long curators can commit to a score, and then show it: 1 second to 30 days each.
    #[serde(with = "seconds")]
    pub score_commit: Duration,
    /// The second of the two.
    #[serde(with = "seconds")]
    pub score_reveal: Duration,
    /// Rules of disputes.
    pub disputes: DisputeParameters,
    /// How long a decision of the DAO over a dispute can be appealed: 1 second to 30 days.
    #[serde(with = "seconds")]
    pub appeal: Duration,
    /// What a case, and an appeal, costs in wei.
    pub arbitration_cost: Amount,
    /// From a proposal to its vote: 1 second to 30 days.
    #[serde(with = "seconds")]
    pub voting_delay: Duration,
    /// From first to last vote: 1 minute to 30 days.
    #[serde(with = "seconds")]
    pub voting_period: Duration,
    /// Votes needed to propose: at most a twentieth of the supply.
    pub proposal_threshold: Amount,
    /// Percent of the supply that must vote for or abstain: 1 to 50.
    pub quorum_percent: u8,
    /// How long a vote stays open after its quorum is reached: at most the voting period.
    #[serde(with = "seconds")]
    pub late_quorum: Duration,
    /// How long what was voted waits before it can be executed: 1 second to 30 days.
    #[serde(with = "seconds")]
    pub timelock_delay: Duration,
    /// Whether the deployer stays admin beside the timelock, and arbiter beside the dispute hub: for development.
    pub keep_admin: bool,
}

impl Default for DeployParameters {
    /// 2.5 % fee, a day of challenge, 1,000 USUF bond, 100 blocks of warm-up, 60 days of thaw; a day to close a job and
    /// to commit what was delivered, 10 % penalty after it; two days to a vote of
    /// seven, at least two after its quorum, of a hundredth of a billion USUF to propose and 4 % to decide; two days
    /// in the timelock.
    fn default() -> Self {
        Self {
            salt: B256::ZERO,
            payment_token: None,
            stake_token: None,
            token_holder: None,
            token_supply: Amount::new(1_000_000_000 * ONE),
            permit2: None,
            treasury: None,
            protocol_fee: share(25_000),
            challenge_window: DAY,
            bond: Amount::new(1_000 * ONE),
            warmup_blocks: 100,
            thaw: 60 * DAY,
            close: DAY,
            grace: DAY,
            penalty: share(100_000),
            score_commit: 7 * DAY,
            score_reveal: 3 * DAY,
            disputes: DisputeParameters::default(),
            appeal: 3 * DAY,
            arbitration_cost: Amount::new(ONE / 100),
            voting_delay: 2 * DAY,
            voting_period: 7 * DAY,
            proposal_threshold: Amount::new(10_000_000 * ONE),
            quorum_percent: 4,
            late_quorum: 2 * DAY,
            timelock_delay: 2 * DAY,
            keep_admin: false,
        }
    }
}

impl DeployParameters {
    /// For a development chain, where nobody wants to wait: the shortest times that the contracts take, small bonds,
    /// and a deployer that stays admin.
    pub fn development() -> Self {
        let second = Duration::from_secs(1);
        Self {
            token_supply: Amount::new(1_000_000 * ONE),
            challenge_window: second,
            bond: Amount::new(ONE),
            warmup_blocks: 2,
            thaw: 5 * second,
            close: Duration::ZERO,
            grace: second,
            score_commit: 60 * second,
            score_reveal: 60 * second,
            disputes: DisputeParameters::development(),
            appeal: second,
            arbitration_cost: Amount::ZERO,
            voting_delay: second,
            voting_period: 60 * second,
            proposal_threshold: Amount::new(ONE),
            quorum_percent: 1,
            late_quorum: second,
            timelock_delay: second,
            keep_admin: true,
            ..Self::default()
        }
    }
}

/// Rules of disputes. Stake has to thaw for longer than all the times together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DisputeParameters {
    /// Bond of each side, in the stake token.
    pub bond: Amount,
    /// Time to answer: 1 second to 7 days.
    #[serde(with = "seconds")]
    pub respond: Duration,
    /// Time to escalate after that: 1 second to 7 days.
    #[serde(with = "seconds")]
    pub escalate: Duration,
    /// Time of the arbiter, appeal included: 1 second to 14 days.
    #[serde(with = "seconds")]
    pub ruling: Duration,
    /// Time to slash after an upheld dispute: 1 second to 30 days.
    #[serde(with = "seconds")]
    pub enforce: Duration,
    /// Share of each curator's stake that is slashed.
    pub slash: Ppm,
    /// Share of that for the challenger, at most half.
    pub bounty: Ppm,
    /// Rows drawn of a copy: 1 to 64.
    pub samples: u32,
    /// Share of the drawn rows that must match.
    pub threshold: Ppm,
}

impl Default for DisputeParameters {
    /// 500 USUF bond; three days to answer, three to escalate, 14 to rule and 30 to slash half of the stake, a third of it
    /// for the challenger; 32 rows, of which 80 % must match.
    fn default() -> Self {
        Self {
            bond: Amount::new(500 * ONE),
            respond: 3 * DAY,
            escalate: 3 * DAY,
            ruling: 14 * DAY,
            enforce: 30 * DAY,
            slash: share(500_000),
            bounty: share(333_333),
            samples: 32,
            threshold: share(800_000),
        }
    }
}

impl DisputeParameters {
    /// For a development chain: 1 USUF bond, and minutes, not days.
    pub fn development() -> Self {
        let minute = Duration::from_secs(60);
        Self {
            bond: Amount::new(ONE),
            respond: 5 * minute,
            escalate: 5 * minute,
            ruling: 10 * minute,
            enforce: 60 * minute,
            ..Self::default()
        }
    }
}

fn share(parts: u32) -> Ppm {
    Ppm::try_new(parts).expect("below the whole")
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(time.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_leaves_out_takes_its_default() {
        let file = r#"{ "thaw": 3600, "bond": "5", "quorumPercent": 10 }"#;
        let parameters: DeployParameters = serde_json::from_str(file).expect("valid");
        let expected = DeployParameters {
            thaw: Duration::from_secs(3600),
            bond: Amount::new(5),
            quorum_percent: 10,
            ..DeployParameters::default()
        };
        assert_eq!(parameters, expected);
        let text = serde_json::to_string(&parameters).expect("can be written");
        assert_eq!(serde_json::from_str::<DeployParameters>(&text).expect("can be read again"), expected);
    }

    #[test]
    fn a_misspelt_parameter_is_refused() {
        assert!(serde_json::from_str::<DeployParameters>(r#"{ "thawSeconds": 3600 }"#).is_err());
    }
}
