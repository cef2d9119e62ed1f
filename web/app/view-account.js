// One account: what it can claim first, then everything that it does here.

import { EVENT, MONEY, query } from "./api.js";
import { h, section, table } from "./dom.js";
import { bytes, money, price, short } from "./format.js";
import { account, asked, evidence, hash, state } from "./parts.js";

const PAYOUT = `epoch { index root finalizableAt } state isCurrent cumulative { ${MONEY} } claimed { ${MONEY} } claimable { ${MONEY} } leafHash`;
const QUERY = `query Account($address: Address!) { account(address: $address) {
  address payoutAddress
  payouts(first: 50) { nodes { ${PAYOUT} value proof } }
  pending: payouts(scope: PENDING, first: 50) { nodes { ${PAYOUT} } }
  claims(first: 50) { nodes { amount { ${MONEY} } recipient epoch { index } event { ${EVENT} } } }
  datasets(first: 50) { nodes { assetId name title activeStake { ${MONEY} } event { ${EVENT} } latestVersion { sizeBytes terms { isFree unit license flatPrice { ${MONEY} } unitPrice { ${MONEY} } } } } }
  stakes(first: 50) { nodes { dataset { assetId name } active { ${MONEY} } warming { ${MONEY} } thawing { ${MONEY} } event { ${EVENT} } } }
  licenses(first: 50) { nodes { licenseId state price { ${MONEY} } version { ordinal dataset { assetId name } } event { ${EVENT} } } }
  jobs(first: 50) { nodes { jobId state charged { ${MONEY} } event { ${EVENT} } } }
  attestations(first: 50) { nodes { kind version { ordinal dataset { assetId name } } event { ${EVENT} } } }
  endpoint { endpointId addresses event { ${EVENT} } } } }`;

const dataset = (one) => h("a", { href: `#/d/${one?.assetId}` }, one?.name ?? "unknown");
const version = (one) => h("a", { href: `#/d/${one?.dataset?.assetId}/${one?.ordinal}` }, `${one?.dataset?.name ?? "unknown"} ${one?.ordinal ?? ""}`);

export async function load([address], signal) {
  const data = (await query(QUERY, { address: address.toLowerCase() }, signal)).account;
  return { title: `Payouts of ${short(data.address)}`, content: [
    h("div", { class: "hero" }, h("p", { class: "over" }, h("a", { href: "#/payouts" }, "Payouts")), h("h1", {}, account(data.address)), h("p", {}, hash(data.address, data.address))),
    claimable(data),
    data.pending.nodes.length > 0 && section("Waiting for the end of a window", table("Pending payouts", [
      ["Epoch", (one) => h("a", { href: `#/epochs/${one.epoch.index}` }, one.epoch.index)],
      ["Owed since the beginning", (one) => money(one.cumulative), "number"],
      ["More than now", (one) => money({ ...one.cumulative, amount: String(BigInt(one.cumulative.amount) - due(data, one)) }), "number"],
      ["Root", (one) => hash(one.epoch.root)],
    ], data.pending.nodes, "")),
    section("Paid", table("Claims", [
      ["Amount", (one) => money(one.amount), "number"],
      ["Epoch", (one) => h("a", { href: `#/epochs/${one.epoch?.index}` }, one.epoch?.index ?? "?")],
      ["Sent to", (one) => account(one.recipient)],
      ["Proof", (one) => evidence(one.event)],
    ], data.claims.nodes, "Nothing has been paid out.")),
    part("Datasets", data.datasets.nodes, [
      ["Dataset", (one) => h("a", { href: `#/d/${one.assetId}` }, one.title ?? one.name)],
      ["License", (one) => one.latestVersion?.terms?.license ?? "–"],
      ["Price", (one) => price(one.latestVersion?.terms)],
      ["Size", (one) => (one.latestVersion ? bytes(one.latestVersion.sizeBytes) : "–"), "number"],
      ["Stake", (one) => money(one.activeStake), "number"],
      ["Proof", (one) => evidence(one.event)],
    ]),
    part("Stakes", data.stakes.nodes, [
      ["Dataset", (one) => dataset(one.dataset)],
      ["Counts now", (one) => money(one.active), "number"],
      ["Warming up", (one) => money(one.warming), "number"],
      ["Thawing", (one) => money(one.thawing), "number"],
      ["Proof", (one) => evidence(one.event)],
    ]),
    part("Licenses", data.licenses.nodes, [
      ["License", (one) => `#${one.licenseId}`],
      ["Version", (one) => version(one.version)],
      ["State", (one) => state(one.state)],
      ["Paid", (one) => money(one.price), "number"],
      ["Proof", (one) => evidence(one.event)],
    ]),
    part("Jobs", data.jobs.nodes, [
      ["Job", (one) => h("a", { href: `#/jobs/${one.jobId}` }, short(one.jobId))],
      ["State", (one) => state(one.state)],
      ["Charged", (one) => money(one.charged), "number"],
      ["Proof", (one) => evidence(one.event)],
    ]),
    part("Attestations", data.attestations.nodes, [
      ["About", (one) => one.kind.toLowerCase()],
      ["Version", (one) => version(one.version)],
      ["Proof", (one) => evidence(one.event)],
    ]),
    asked(QUERY, { address })].filter(Boolean) };
}

function part(title, nodes, columns) {
  return nodes.length > 0 && section(title, table(title, columns, nodes, ""));
}

/** What is owed now in the token of a pending payout. */
function due(data, pending) {
  const now = data.payouts.nodes.find((one) => one.cumulative.token.symbol === pending.cumulative.token.symbol);
  return BigInt(now?.cumulative.amount ?? 0);
}

function claimable(data) {
  const open = data.payouts.nodes.filter((one) => BigInt(one.claimable.amount) > 0n);
  if (open.length === 0) {
    const why = data.payouts.nodes.length > 0 ? "Everything owed under the current root is paid."
      : data.pending.nodes.length > 0 ? "A root that owes it something waits for the end of its window."
        : "No root owes this address anything.";
    return h("div", { class: "claim" }, h("p", { class: "big" }, "Nothing to claim now"), h("p", {}, why));
  }
  return h("div", {}, open.map((one) => h("div", { class: "claim" },
    h("p", { class: "big" }, "Can claim ", h("strong", {}, money(one.claimable))),
    h("p", {}, "Owed ", money(one.cumulative), " since the beginning, paid ", money(one.claimed), ", under the root of ",
      h("a", { href: `#/epochs/${one.epoch.index}` }, `epoch ${one.epoch.index}`), " ", hash(one.epoch.root)),
    data.payoutAddress && h("p", {}, "Payouts go to ", account(data.payoutAddress)),
    h("details", {}, h("summary", {}, `Proof for RoyaltyRoots.claim (${one.proof.length} hashes)`),
      h("pre", { tabindex: "0" }, JSON.stringify({ value: one.value, proof: one.proof }, null, 2))))));
}
