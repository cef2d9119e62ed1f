-- Ways in which the API finds facts of the protocol beside those that the indexer itself goes.

CREATE INDEX score_commitments_curator ON score_commitments (chain_id, curator);
CREATE INDEX score_reveals_curator ON score_reveals (chain_id, curator);
CREATE INDEX disputes_respondent ON disputes (chain_id, respondent);
