// One job: escrow, licenses, what it says it consumed and what its logs add up to.

import { EVENT, MONEY, query } from "./api.js";
import { facts, h, section, table } from "./dom.js";
import { bytes, count, grouped, money, price, shortened, words } from "./format.js";
import { account, asked, cid, evidence, hash, state } from "./parts.js";

const VERSION = "version { ordinal dataset { assetId name title } }";
const QUERY = `query Job($id: Hash32!) { job(jobId: $id) {
  jobId state trainer { address } jobKey token { symbol } event { ${EVENT} } closingEvent { ${EVENT} }
  deposited { ${MONEY} } charged { ${MONEY} } refunded { ${MONEY} } escrow { ${MONEY} }
  licenses { units ${VERSION} license { licenseId state terms { isFree unit license flatPrice { ${MONEY} } unitPrice { ${MONEY} } } event { ${EVENT} } } }
  usage { records tokens sizeBytes shardCount ${VERSION} }
  commitments(first: 50) { nodes { sequence logCid logState logContent { error } logRows usageRoot event { ${EVENT} } } }
  deposits(first: 20) { nodes { from { address } amount { ${MONEY} } event { ${EVENT} } } } } }`;

const link = ({ version }) => h("a", { href: `#/d/${version?.dataset?.assetId}/${version?.ordinal}` }, version?.dataset?.title ?? version?.dataset?.name ?? "unknown");

export async function load([id], signal) {
  const { job } = await query(QUERY, { id }, signal);
  if (!job) return { title: "Unknown job", content: [h("h1", {}, "This job is not in the index"), h("p", {}, `No event up to now opened ${id}.`)] };
  const deposited = BigInt(job.deposited.amount);
  const used = deposited > 0n ? Number((BigInt(job.charged.amount) * 1000n) / deposited) / 10 : 0;
  return { title: "Job", content: [
    h("div", { class: "hero" }, h("p", { class: "over" }, h("a", { href: "#/jobs" }, "Jobs")), h("h1", {}, "Job ", hash(job.jobId)),
      h("p", { class: "by" }, state(job.state), " by ", account(job.trainer), " · opened ", evidence(job.event), job.closingEvent && [" · closed ", evidence(job.closingEvent)])),
    h("dl", { class: "verdict" },
      [["Deposited", job.deposited, ""], ["Charged", job.charged, `${used} % of the deposit`], ["Refunded", job.refunded, ""], ["Escrow left", job.escrow, ""]]
        .map(([name, value, note]) => h("div", {}, h("dt", {}, name), h("dd", {}, money(value), note && h("p", {}, note))))),
    section("Licenses and units", table("Licenses", [
      ["License", (one) => `#${one.license?.licenseId}`],
      ["Version", link],
      ["Price", (one) => price(one.license?.terms)],
      ["Units committed", (one) => (one.license?.terms?.unit === "NONE" ? grouped(one.units) : count(one.units, words(one.license?.terms?.unit ?? "unit"))), "number"],
      ["State", (one) => one.license && state(one.license.state)],
      ["Proof", (one) => evidence(one.license?.event)],
    ], job.licenses, "No licenses.")),
    section("What its logs add up to", table("Usage", [
      ["Version", link],
      ["Shards", (one) => grouped(one.shardCount), "number"],
      ["Records", (one) => grouped(one.records), "number"],
      ["Tokens", (one) => grouped(one.tokens), "number"],
      ["Bytes", (one) => bytes(one.sizeBytes), "number"],
    ], job.usage, "No usage log is here yet.")),
    section("Usage commitments", table("Commitments", [
      ["#", (one) => one.sequence, "number"],
      ["Log", (one) => cid(one.logCid)],
      ["Log is", (one) => [state(one.logState), one.logContent.error && h("p", { class: "small" }, shortened(one.logContent.error))]],
      ["Rows", (one) => grouped(one.logRows), "number"],
      ["Root of its totals", (one) => hash(one.usageRoot)],
      ["Proof", (one) => evidence(one.event)],
    ], job.commitments.nodes, "It has not committed any usage.")),
    section("Deposits", table("Deposits", [
      ["From", (one) => account(one.from)],
      ["Amount", (one) => money(one.amount), "number"],
      ["Proof", (one) => evidence(one.event)],
    ], job.deposits.nodes, "Nothing was deposited.")),
    section("Identity", facts(["Job", hash(job.jobId, job.jobId)], ["Job key", hash(job.jobKey, job.jobKey)])),
    asked(QUERY, { id })] };
}
