//! Scores of versions, by commit and reveal.

use alloy::primitives::{Address, B256};
use usufruct_types::{Ppm, VersionId, event::Event};

use super::{Action, Wallet};
use crate::{ChainError, Reader, bindings::QualityBoard};

impl Reader {
    /// What a curator commits to in the round that its next commitment belongs to. Gives round and commitment.
    pub async fn score_commitment(
        &self,
        version: VersionId,
        curator: Address,
        score: Ppm,
        salt: B256,
    ) -> Result<(u64, B256), ChainError> {
        let board = self.at("QualityBoard", self.deployment().quality_board)?;
        let version = version.0;
        let round = self.view(board, QualityBoard::nextCommitRoundCall { versionId: version }).await?;
        let call = QualityBoard::commitmentOfCall { versionId: version, round, curator, scorePpm: score.parts(), salt };
        Ok((round, self.view(board, call).await?))
    }
}

impl Wallet {
    /// Commits to a score; see [`Reader::score_commitment`]. The first one opens a round. Gives the round.
    pub fn commit_score(&self, version: VersionId, commitment: B256) -> Result<Action<'_, u64>, ChainError> {
        let board = self.at("QualityBoard", self.reader.deployment().quality_board)?;
        let call = QualityBoard::commitScoreCall { versionId: version.0, commitment };
        Ok(Action::new(self, board, &call, |outcome| {
            outcome.find(|event| match event {
                Event::ScoreCommitted(committed) => Some(committed.round),
                _ => None,
            })
        }))
    }

    /// Shows the score that the account committed to, once commitments are over. Gives the round.
    pub fn reveal_score(&self, version: VersionId, score: Ppm, salt: B256) -> Result<Action<'_, u64>, ChainError> {
        let board = self.at("QualityBoard", self.reader.deployment().quality_board)?;
        let call = QualityBoard::revealScoreCall { versionId: version.0, scorePpm: score.parts(), salt };
        Ok(Action::new(self, board, &call, |outcome| {
            outcome.find(|event| match event {
                Event::ScoreRevealed(revealed) => Some(revealed.round),
                _ => None,
            })
        }))
    }

    /// Ends a round whose time to reveal is over; any account may. Gives median and clipped mean.
    pub fn settle_score(&self, version: VersionId) -> Result<Action<'_, (Ppm, Ppm)>, ChainError> {
        let board = self.at("QualityBoard", self.reader.deployment().quality_board)?;
        let call = QualityBoard::settleScoreCall { versionId: version.0 };
        Ok(Action::new(self, board, &call, |outcome| {
            outcome.find(|event| match event {
                Event::ScoreSettled(settled) => Some((settled.median, settled.clipped_mean)),
                _ => None,
            })
        }))
    }
}
