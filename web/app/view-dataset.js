// One dataset: the verdict first, then what it rests on.

import { EVENT, MONEY, TERMS, query } from "./api.js";
import { facts, h, section, table } from "./dom.js";
import { bytes, count, grouped, money, price, share, short, time, words } from "./format.js";
import { DEPTH_DOWN, DEPTH_UP, lineage } from "./lineage.js";
import { growing } from "./list.js";
import { account, asked, chip, cid, contentNotice, evidence, hash, state, sums } from "./parts.js";

const SHARDS = `totalCount pageInfo { hasNextPage endCursor }
  nodes { ordinal hash cid sha256 sizeBytes records tokens contributor { address } }`;
const ATTESTATIONS = `nodes { uid kind attester { address } attestedAt revokedAt event { ${EVENT} }
  statement { __typename
    ... on SourceStatement { sourceUri words: statement }
    ... on LicenseStatement { license evidenceUri words: statement }
    ... on QualityStatement { scorePpm reportHash words: statement }
    ... on DerivationStatement { sharePpm words: statement parent { versionId ordinal dataset { assetId name } } } } }`;
const VERSION = `versionId ordinal manifestHash manifestCid manifestContent { state error }
  shardTableCid shardTableRoot shardTableContent { state error } contentRoot records sizeBytes shardCount
  creator { address } event { ${EVENT} } tombstone { reason by { address } event { ${EVENT} } }
  manifest { title description license language format tokens sources { uri statement }
    fields { name type isNullable isContent } contributors(first: 100) { nodes { name account { address } } } }
  terms { ${TERMS} inferenceSharePpm fieldOfUse event { ${EVENT} } }
  parents { sharePpm parent { ordinal dataset { assetId name } } }
  recipients { sharePpm account { address } }
  shards(first: 25) { ${SHARDS} }
  attestations(first: 50) { ${ATTESTATIONS} }
  licenses(first: 20) { totalCount nodes { licenseId state licensee { address } price { ${MONEY} } event { ${EVENT} } } }
  jobs(first: 20) { totalCount nodes { jobId state trainer { address } charged { ${MONEY} } event { ${EVENT} } } }
  revenueTotals { ${MONEY} } providers { endpointId addresses account { address } event { ${EVENT} } }`;
const QUERY = `query Dataset($asset: Hash32!) { dataset(assetId: $asset) {
  assetId name kind creator { address } owner { address } activeStake { ${MONEY} } event { ${EVENT} }
  latestVersion { ${VERSION} }
  versions(first: 50) { totalCount nodes { ordinal versionId records sizeBytes event { ${EVENT} } tombstone { reason } } }
  stakes(first: 50) { totalCount nodes { curator { address } active { ${MONEY} } warming { ${MONEY} }
    thawing { ${MONEY} } slashed { ${MONEY} } event { ${EVENT} } } } } }`;
const OLDER = `query Version($asset: Hash32!, $ordinal: Int!) { dataset(assetId: $asset) { version(ordinal: $ordinal) { ${VERSION} } } }`;
const MORE_SHARDS = `query Shards($id: Hash32!, $after: String) { version(versionId: $id) { shards(first: 100, after: $after) { ${SHARDS} } } }`;
const GRAPH = `root isTruncated edges { from to relation sharePpm }
  nodes { id kind depth job { jobId trainer { address } }
    version { ordinal parentCount childCount creator { address } dataset { assetId name title } } }`;
const LINEAGE = `query Lineage($id: ID!) {
  up: provenance(id: $id, direction: UP, depth: ${DEPTH_UP}) { ${GRAPH} }
  down: provenance(id: $id, direction: DOWN, depth: ${DEPTH_DOWN}) { ${GRAPH} } }`;

export async function load([asset, ordinal], signal) {
  const { dataset } = await query(QUERY, { asset }, signal);
  if (!dataset) return { title: "Unknown dataset", content: [h("h1", {}, "This dataset is not in the index"), h("p", {}, `No event up to now created ${asset}.`)] };
  let version = dataset.latestVersion;
  if (ordinal && version && Number(ordinal) !== version.ordinal) {
    version = (await query(OLDER, { asset, ordinal: Number(ordinal) }, signal)).dataset.version;
  }
  const title = version?.manifest?.title ?? dataset.name;
  const head = h("div", { class: "hero" },
    h("p", { class: "over" }, h("a", { href: "#/" }, "Datasets"), " / ", dataset.name),
    h("h1", {}, title),
    h("p", { class: "by" }, "by ", account(dataset.creator), " · created ", evidence(dataset.event),
      version && [" · version ", String(version.ordinal), " of ", String(dataset.versions.totalCount), " ", evidence(version.event)]));
  if (!version) {
    return { title, content: [head, h("p", { class: "empty" }, ordinal ? `There is no version ${ordinal}.` : "It has no version yet.")] };
  }
  const { up, down } = await query(LINEAGE, { id: version.versionId }, signal);
  return { title, content: [
    head,
    version.tombstone && h("p", { class: "notice bad" }, `Withdrawn by ${short(version.tombstone.by.address)}: ${version.tombstone.reason}. `, evidence(version.tombstone.event)),
    ordinal && version.versionId !== dataset.latestVersion.versionId && h("p", { class: "notice" }, "This is an older version. ", h("a", { href: `#/d/${asset}` }, "Show the newest")),
    verdict(dataset, version),
    version.manifest?.description && h("p", { class: "lead" }, version.manifest.description),
    contentNotice("manifest", version.manifestContent),
    section("Who gets paid", flow(version)),
    section("Lineage", lineage(up, down)),
    section("Shards", contentNotice("shard table", version.shardTableContent), shards(version)),
    section("Attestations", attestations(version.attestations.nodes)),
    section("Curators", curators(dataset.stakes.nodes)),
    section("Licenses and jobs", licenses(version), jobs(version)),
    section("Records", records(version.manifest)),
    section("Versions", versions(dataset, version)),
    section("Identity", identity(dataset, version)),
    asked(QUERY, { asset }),
  ].filter(Boolean) };
}

/** What a trainer has to know in one line. */
function verdict(dataset, version) {
  const { terms } = version;
  const cell = (name, value, note) => h("div", {}, h("dt", {}, name), h("dd", {}, value, note && h("p", {}, note)));
  const active = version.attestations.nodes.filter((one) => !one.revokedAt);
  const quality = active.find((one) => one.statement?.scorePpm !== undefined && one.kind === "QUALITY");
  return h("dl", { class: "verdict" },
    cell("License", terms?.license ?? "unknown", terms && [terms.obligations.length ? `requires ${terms.obligations.map(words).join(", ")} · ` : "", evidence(terms.event, "terms")]),
    cell("May be used to", terms?.uses.map(words).join(", ") || "nothing stated", terms?.uses.includes("COMMERCIAL") ? "commercially too" : "not commercially"),
    cell("Price", price(terms), terms?.offeredUntil ? `offered until ${time(terms.offeredUntil)}` : null),
    cell("Stake behind it", money(dataset.activeStake), count(dataset.stakes.totalCount, "curator")),
    cell("Attested", active.length === 0 ? "nothing yet" : [...new Set(active.map((one) => words(one.kind)))].join(", "), quality && `quality ${share(quality.statement.scorePpm)}`));
}

/** How one unit of income divides, as a bar and in words. */
function flow(version) {
  const upstream = version.parents.reduce((sum, parent) => sum + parent.sharePpm, 0);
  const kept = 1_000_000 - upstream;
  const curators = Math.floor((kept * (version.terms?.curatorSharePpm ?? 0)) / 1_000_000);
  const contributors = version.manifest?.contributors.nodes ?? [];
  const rest = kept - curators;
  const parts = [
    ...version.parents.map((parent) => ["parent", parent.sharePpm, h("a", { href: `#/d/${parent.parent?.dataset?.assetId}/${parent.parent?.ordinal}` }, parent.parent?.dataset?.name ?? "a parent")]),
    curators > 0 && ["curators", curators, "its curators, by stake and time"],
    ["makers", rest, contributors.length > 0 ? `${count(contributors.length, "contributor")}, by the units of their shards` : version.recipients.map((one) => [account(one.account), ` ${share(one.sharePpm)} `])],
  ].filter(Boolean);
  let x = 0;
  const bar = parts.map(([kind, ppm]) => {
    const field = { kind, x: x / 10_000, width: ppm / 10_000 };
    x += ppm;
    return field;
  });
  return h("div", {},
    h("div", { class: "bar", role: "img", "aria-label": "Division of income; the list below says the same" }, bar.map(({ kind, width }) => grow(h("span", { class: kind }), width))),
    h("ul", { class: "legend" }, parts.map(([kind, ppm, whom]) => h("li", {}, h("span", { class: `dot ${kind}`, "aria-hidden": "true" }), h("strong", {}, share(ppm)), " to ", whom))),
    h("p", { class: "small" }, "Of what is left after the protocol fee. Earned so far: ", sums(version.revenueTotals)),
    contributors.length > 0 && table("Contributors", [
      ["Contributor", (one) => one.name],
      ["Account", (one) => account(one.account)],
    ], contributors, ""));
}

/** A width by script: the page's policy lets no style attribute in. */
function grow(element, width) {
  element.style.flexBasis = `${width}%`;
  return element;
}

function shards(version) {
  const render = (nodes) => table("Shards", [
    ["#", (shard) => shard.ordinal, "number"],
    ["BLAKE3 as CID", (shard) => cid(shard.cid)],
    ["SHA-256", (shard) => hash(shard.sha256)],
    ["Size", (shard) => bytes(shard.sizeBytes), "number"],
    ["Records", (shard) => grouped(shard.records), "number"],
    ["Tokens", (shard) => grouped(shard.tokens), "number"],
    ["Pays", (shard) => (shard.contributor ? account(shard.contributor) : "recipients")],
  ], nodes, "The shards are listed once the shard table is here.");
  const more = (after) => query(MORE_SHARDS, { id: version.versionId, after }).then((data) => data.version.shards);
  return h("div", {},
    h("p", { class: "small" }, `${count(version.shardCount, "shard")}, ${bytes(version.sizeBytes)}, ${grouped(version.records)} records registered.`),
    growing(version.shards, render, more));
}

function attestations(nodes) {
  return table("Attestations", [
    ["About", (one) => chip(words(one.kind), one.revokedAt ? "bad" : "good")],
    ["Says", (one) => said(one)],
    ["Signed by", (one) => account(one.attester)],
    ["When", (one) => [time(one.attestedAt), one.revokedAt ? h("span", { class: "bad" }, ` revoked ${time(one.revokedAt)}`) : ""]],
    ["Proof", (one) => evidence(one.event)],
  ], nodes, "Nobody has attested anything about this version.");
}

function said({ statement }) {
  if (!statement) return "does not decode by its schema";
  const first = {
    SourceStatement: () => ["from ", outside(statement.sourceUri)],
    LicenseStatement: () => [statement.license, statement.evidenceUri && [" – ", outside(statement.evidenceUri)]],
    QualityStatement: () => `quality ${share(statement.scorePpm)}`,
    DerivationStatement: () => `${share(statement.sharePpm)} from ${statement.parent?.dataset?.name ?? "an unknown version"}`,
  }[statement.__typename]();
  return [h("span", {}, first), statement.words && h("p", { class: "small" }, statement.words)];
}

/** A link out, only where the text is one. */
function outside(uri) {
  return /^https?:\/\//.test(uri) ? h("a", { href: uri, rel: "noopener noreferrer nofollow", target: "_blank" }, uri) : uri || "no address";
}

function curators(nodes) {
  return table("Stakes", [
    ["Curator", (stake) => account(stake.curator)],
    ["Counts now", (stake) => money(stake.active), "number"],
    ["Warming up", (stake) => money(stake.warming), "number"],
    ["Thawing", (stake) => money(stake.thawing), "number"],
    ["Slashed", (stake) => money(stake.slashed), "number"],
    ["Proof", (stake) => evidence(stake.event)],
  ], nodes, "Nobody has staked on this dataset.");
}

function licenses(version) {
  return table("Licenses", [
    ["License", (one) => `#${one.licenseId}`],
    ["Held by", (one) => account(one.licensee)],
    ["State", (one) => state(one.state)],
    ["Paid", (one) => money(one.price), "number"],
    ["Proof", (one) => evidence(one.event)],
  ], version.licenses.nodes, "No license has been sold.");
}

function jobs(version) {
  return table("Jobs", [
    ["Job", (one) => h("a", { href: `#/jobs/${one.jobId}` }, short(one.jobId))],
    ["Trainer", (one) => account(one.trainer)],
    ["State", (one) => state(one.state)],
    ["Charged in all", (one) => money(one.charged), "number"],
    ["Proof", (one) => evidence(one.event)],
  ], version.jobs.nodes, "No job has used this version.");
}

function records(manifest) {
  if (!manifest) return h("p", { class: "empty" }, "The manifest says what a record is; it is not here yet.");
  return h("div", {},
    facts(["Format", manifest.format], ["Language", manifest.language.join(", ") || "not stated"], ["Tokens", grouped(manifest.tokens)],
      ["Claimed sources", manifest.sources.length === 0 ? "none" : manifest.sources.map((source) => h("div", {}, outside(source.uri), source.statement && h("p", { class: "small" }, source.statement)))]),
    table("Fields", [
      ["Field", (field) => h("code", {}, field.name)],
      ["Type", (field) => h("code", {}, field.type)],
      ["May be absent", (field) => (field.isNullable ? "yes" : "no")],
      ["Part of the record's hash", (field) => (field.isContent ? "yes" : "no")],
    ], manifest.fields, ""));
}

function versions(dataset, current) {
  return table("Versions", [
    ["Version", (one) => h("a", { href: `#/d/${dataset.assetId}/${one.ordinal}`, "aria-current": one.versionId === current.versionId ? "true" : null }, String(one.ordinal))],
    ["Id", (one) => hash(one.versionId)],
    ["Records", (one) => grouped(one.records), "number"],
    ["Size", (one) => bytes(one.sizeBytes), "number"],
    ["State", (one) => (one.tombstone ? chip("withdrawn", "bad") : chip("live", "good"))],
    ["Proof", (one) => evidence(one.event)],
  ], dataset.versions.nodes, "");
}

function identity(dataset, version) {
  return facts(
    ["Asset", hash(dataset.assetId, dataset.assetId)],
    ["Version", hash(version.versionId, version.versionId)],
    ["Manifest", hash(version.manifestCid, version.manifestCid)],
    ["Shard table", hash(version.shardTableCid, version.shardTableCid)],
    ["Shard table root", hash(version.shardTableRoot, version.shardTableRoot)],
    ["Content root", hash(version.contentRoot, version.contentRoot)],
    ["Terms", version.terms && hash(version.terms.termsId, version.terms.termsId)],
    ["Owner", account(dataset.owner)],
    ["Providers", version.providers.length === 0 ? "none announced" : version.providers.map((one) => h("div", {}, hash(one.endpointId), ` ${one.addresses.join(", ") || "by discovery"} `, evidence(one.event)))]);
}
