DROP INDEX disputes_respondent;
DROP INDEX score_reveals_curator;
DROP INDEX score_commitments_curator;
