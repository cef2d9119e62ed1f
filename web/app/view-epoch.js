// One epoch: where its money came from and whom it is owed to.

import { EVENT, MONEY, query } from "./api.js";
import { facts, h, section, table } from "./dom.js";
import { count, grouped, money, time } from "./format.js";
import { growing } from "./list.js";
import { account, asked, contentNotice, evidence, hash, state, sums } from "./parts.js";

const VERSION = "version { ordinal dataset { assetId name title } }";
const PAYOUTS = `totalCount pageInfo { hasNextPage endCursor }
  nodes { account { address } cumulative { ${MONEY} } claimed { ${MONEY} } claimable { ${MONEY} } isCurrent }`;
const QUERY = `query Epoch($index: BigInt!) { epoch(index: $index) {
  index state root logSetHash treeCid treeContent { state error } startBlock endBlock { number hash } settler { address }
  bond { ${MONEY} } finalizableAt totals { ${MONEY} } event { ${EVENT} } verdictEvent { ${EVENT} }
  payouts(first: 50) { ${PAYOUTS} }
  revenues(first: 100) { nodes { amount { ${MONEY} } receipts ${VERSION} } }
  usage(first: 100) { nodes { tokens records jobCount shardCount ${VERSION} } }
  claims(first: 50) { totalCount nodes { account { address } recipient amount { ${MONEY} } event { ${EVENT} } } } } }`;
const MORE = `query Payouts($index: BigInt!, $after: String) { epoch(index: $index) { payouts(first: 100, after: $after) { ${PAYOUTS} } } }`;

const link = ({ version }) => h("a", { href: `#/d/${version?.dataset?.assetId}/${version?.ordinal}` }, version?.dataset?.title ?? version?.dataset?.name ?? "unknown");

export async function load([index], signal) {
  const { epoch } = await query(QUERY, { index }, signal);
  if (!epoch) return { title: "Unknown epoch", content: [h("h1", {}, `Epoch ${index} is not in the index`), h("p", {}, "Nobody has proposed a root for it.")] };
  const render = (nodes) => table("Payouts", [
    ["Account", (one) => account(one.account)],
    ["Owed since the beginning", (one) => money(one.cumulative), "number"],
    ["Paid so far", (one) => money(one.claimed), "number"],
    ["Can be claimed now", (one) => (one.isCurrent ? money(one.claimable) : "–"), "number"],
  ], nodes, "The payout tree is not here yet.");
  const more = (after) => query(MORE, { index, after }).then((data) => data.epoch.payouts);
  return { title: `Epoch ${epoch.index}`, content: [
    h("div", { class: "hero" }, h("p", { class: "over" }, h("a", { href: "#/epochs" }, "Epochs")), h("h1", {}, `Epoch ${epoch.index}`),
      h("p", { class: "by" }, state(epoch.state), ` blocks ${grouped(BigInt(epoch.startBlock) + 1n)} – ${grouped(epoch.endBlock.number)} · proposed by `, account(epoch.settler), " ", evidence(epoch.event),
        epoch.verdictEvent && [" · decided ", evidence(epoch.verdictEvent)])),
    epoch.state === "PROPOSED" && h("p", { class: "notice" }, `Its window is open until ${time(epoch.finalizableAt)}; whoever computes another root can object.`),
    contentNotice("payout tree", epoch.treeContent),
    facts(["Root", hash(epoch.root, epoch.root)], ["Owed in all under it", sums(epoch.totals)], ["Payout tree", hash(epoch.treeCid, epoch.treeCid)],
      ["Usage logs used", hash(epoch.logSetHash, epoch.logSetHash)], ["Bond", money(epoch.bond)],
      ["Files", [h("a", { href: `/epochs/${epoch.index}/tree.json` }, "tree.json"), " · ", h("a", { href: `/epochs/${epoch.index}/proofs.json` }, "proofs.json")]]),
    section("Where the money came from", table("Revenue", [
      ["Version", link],
      ["Earned", (one) => money(one.amount), "number"],
      ["Receipts", (one) => grouped(one.receipts), "number"],
    ], epoch.revenues.nodes, "No version earned anything in these blocks.")),
    section("What was used", table("Usage", [
      ["Version", link],
      ["Tokens", (one) => grouped(one.tokens), "number"],
      ["Records", (one) => grouped(one.records), "number"],
      ["Shards", (one) => grouped(one.shardCount), "number"],
      ["Jobs", (one) => grouped(one.jobCount), "number"],
    ], epoch.usage.nodes, "No usage was committed in these blocks, or the logs are not here.")),
    section("Payouts", h("p", { class: "small" }, count(epoch.payouts.totalCount, "leaf").replace("leafs", "leaves")), growing(epoch.payouts, render, more)),
    section("Claims", table("Claims", [
      ["Account", (one) => account(one.account)],
      ["Sent to", (one) => account(one.recipient)],
      ["Amount", (one) => money(one.amount), "number"],
      ["Proof", (one) => evidence(one.event)],
    ], epoch.claims.nodes, "Nobody has claimed under this root.")),
    asked(QUERY, { index })] };
}
