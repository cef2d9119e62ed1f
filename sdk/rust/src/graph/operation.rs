//! The operations that are sent. A test of the command line checks each against the served schema.

const MONEY: &str = "fragment M on Money { amount token { address symbol decimals } }";
const LINK: &str = "fragment L on Version { versionId ordinal dataset { assetId name } }";
const SUMMARY: &str = "fragment S on Version { versionId ordinal manifestCid records sizeBytes shardCount \
    terms { termsId license uses obligations isFree flatPrice { ...M } unit unitPrice { ...M } curatorSharePpm } }";
const STATEMENT: &str = "fragment A on Attestation { uid kind attester { address } attestedAt revokedAt statement { \
    ... on SourceStatement { sourceUri evidenceHash statement } \
    ... on LicenseStatement { license evidenceUri statement } \
    ... on QualityStatement { scorePpm reportHash statement } \
    ... on DerivationStatement { sharePpm statement parent { ...L } } } }";

/// How many shards, statements and leaves are asked for with what they belong to.
const DETAIL_ROWS: u32 = 100;

pub(super) fn meta() -> String {
    "query Meta { _meta { block { number hash } chainHead lag finalizedBlock isCaughtUp deployment { chainId } } }"
        .to_owned()
}

pub(super) fn datasets() -> String {
    format!(
        "query Datasets($filter: DatasetFilter, $first: Int!) {{ datasets(filter: $filter, first: $first) {{ \
         nodes {{ assetId name title creator {{ address }} activeStake {{ ...M }} latestVersion {{ ...S }} }} \
         pageInfo {{ hasNextPage endCursor }} }} }} {SUMMARY} {MONEY}"
    )
}

pub(super) fn version() -> String {
    format!(
        "query Version($id: Hash32!) {{ version(versionId: $id) {{ ...S manifestHash manifestState \
         manifest {{ title description language fields {{ name type }} sources {{ uri statement }} }} \
         dataset {{ assetId name }} creator {{ address }} parents {{ parent {{ ...L }} sharePpm }} childCount \
         recipients {{ account {{ address }} sharePpm }} \
         shards(first: {DETAIL_ROWS}) {{ nodes {{ ordinal hash cid sizeBytes records tokens contributor {{ address }} }} }} \
         attestations(first: 20) {{ nodes {{ ...A }} }} revenueTotals {{ ...M }} providers {{ endpointId addresses }} \
         tombstone {{ by {{ address }} reason }} }} }} {SUMMARY} {STATEMENT} {LINK} {MONEY}"
    )
}

pub(super) fn attestations() -> String {
    format!(
        "query Attestations($id: Hash32!) {{ version(versionId: $id) {{ attestations(first: {DETAIL_ROWS}) {{ \
         nodes {{ ...A }} }} }} }} {STATEMENT} {LINK}"
    )
}

pub(super) fn licenses() -> String {
    format!(
        "query Licenses($account: Address!) {{ licenses(filter: {{ licensee: $account }}, first: {DETAIL_ROWS}) {{ \
         nodes {{ licenseId version {{ ...L }} price {{ ...M }} state endsAt }} \
         pageInfo {{ hasNextPage endCursor }} }} }} {LINK} {MONEY}"
    )
}

pub(super) fn stakes() -> String {
    format!(
        "query Stakes($filter: StakeFilter) {{ stakes(filter: $filter, first: {DETAIL_ROWS}) {{ \
         nodes {{ curator {{ address }} active {{ ...M }} warming {{ ...M }} thawing {{ ...M }} slashed {{ ...M }} }} \
         pageInfo {{ hasNextPage endCursor }} }} }} {MONEY}"
    )
}

pub(super) fn job() -> String {
    format!(
        "query Job($id: Hash32!) {{ job(jobId: $id) {{ jobId trainer {{ address }} state \
         licenses {{ version {{ ...L }} units }} \
         usage {{ version {{ ...L }} shardCount records tokens sizeBytes }} \
         deposited {{ ...M }} charged {{ ...M }} refunded {{ ...M }} escrow {{ ...M }} }} }} {LINK} {MONEY}"
    )
}

pub(super) fn usage_logs() -> String {
    "query UsageLogs($id: Hash32!) { job(jobId: $id) { commitments(first: 500) { nodes { logState } } } }".to_owned()
}

const EPOCH: &str = "fragment E on Epoch { index state settler { address } startBlock endBlock { number hash } root \
    logSetHash treeCid treeState totals { ...M } finalizableAt \
    payouts(first: 100) { nodes { account { address } cumulative { ...M } claimed { ...M } } } }";

pub(super) fn epoch() -> String {
    format!("query Epoch($index: BigInt!) {{ epoch(index: $index) {{ ...E }} }} {EPOCH} {MONEY}")
}

pub(super) fn latest_epoch() -> String {
    format!(
        "query LatestEpoch {{ epochs(first: 1) {{ nodes {{ ...E }} pageInfo {{ hasNextPage endCursor }} }} }} {EPOCH} {MONEY}"
    )
}

pub(super) fn payouts() -> String {
    format!(
        "query Payouts($account: Address!) {{ account(address: $account) {{ \
         payouts(scope: CURRENT, first: {DETAIL_ROWS}) {{ nodes {{ epoch {{ index root }} cumulative {{ ...M }} proof }} \
         pageInfo {{ hasNextPage endCursor }} }} }} }} {MONEY}"
    )
}

pub(super) fn provenance() -> String {
    "query Provenance($id: ID!, $direction: ProvenanceDirection!, $depth: Int!) { \
     provenance(id: $id, direction: $direction, depth: $depth) { root isTruncated \
     nodes { id kind depth version { versionId ordinal dataset { assetId name } terms { license } } \
     job { jobId } account { address } } \
     edges { from to relation sharePpm } } }"
        .to_owned()
}

pub(super) fn sign_in_challenge() -> String {
    "mutation Challenge($account: Address!) { signInChallenge(account: $account) { message } }".to_owned()
}

pub(super) fn sign_in() -> String {
    "mutation SignIn($message: String!, $signature: Bytes!) { signIn(message: $message, signature: $signature) { \
     token userErrors { message code } } }"
        .to_owned()
}

/// Every operation with its name, to be checked against a schema.
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("meta", meta()),
        ("datasets", datasets()),
        ("version", version()),
        ("attestations", attestations()),
        ("licenses", licenses()),
        ("stakes", stakes()),
        ("job", job()),
        ("usage_logs", usage_logs()),
        ("epoch", epoch()),
        ("latest_epoch", latest_epoch()),
        ("payouts", payouts()),
        ("provenance", provenance()),
        ("sign_in_challenge", sign_in_challenge()),
        ("sign_in", sign_in()),
    ]
}
