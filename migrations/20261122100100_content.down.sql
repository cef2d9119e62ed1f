DROP TABLE settlements;
DROP TABLE leaves;
DROP TABLE usage_totals;
DROP TABLE shards;
DROP TABLE manifest_contributors;
DROP TABLE manifests;
DROP TABLE blob_references;
DROP TABLE blobs;
