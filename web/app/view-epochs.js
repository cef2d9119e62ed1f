// All epochs.

import { EVENT, MONEY, query } from "./api.js";
import { h, rich, table } from "./dom.js";
import { count, grouped } from "./format.js";
import { growing } from "./list.js";
import { account, asked, evidence, hash, state, sums } from "./parts.js";

const QUERY = `query Epochs($after: String) { epochs(first: 25, after: $after) { totalCount pageInfo { hasNextPage endCursor }
  nodes { index state root startBlock endBlock { number } treeState totals { ${MONEY} } settler { address }
    payouts { totalCount } event { ${EVENT} } verdictEvent { ${EVENT} } } } }`;

const ask = (after, signal) => query(QUERY, { after }, signal).then((data) => data.epochs);

export async function load(_, signal) {
  const epochs = await ask(null, signal);
  const render = (nodes) => table("Epochs", [
    ["Epoch", (epoch) => h("a", { href: `#/epochs/${epoch.index}` }, epoch.index)],
    ["State", (epoch) => state(epoch.state)],
    ["Blocks", (epoch) => `${grouped(BigInt(epoch.startBlock) + 1n)} – ${grouped(epoch.endBlock.number)}`],
    ["Root", (epoch) => hash(epoch.root)],
    ["Owed in all under it", (epoch) => sums(epoch.totals), "number"],
    ["Accounts paid", (epoch) => grouped(epoch.payouts.totalCount), "number"],
    ["Settled by", (epoch) => account(epoch.settler)],
    ["Proof", (epoch) => evidence(epoch.verdictEvent ?? epoch.event)],
    ["Files", (epoch) => [h("a", { href: `/epochs/${epoch.index}/tree.json` }, "tree"), " ", h("a", { href: `/epochs/${epoch.index}/proofs.json` }, "proofs")]],
  ], nodes, "No epoch has been settled. `usufruct epoch settle` proposes the first root.");
  return { title: "Epochs", content: [
    h("div", { class: "hero" }, h("h1", {}, "Epochs"), h("p", {}, rich("Accounting periods. Each ends in one root over everything that everybody is owed since the beginning; `usufruct epoch verify` recomputes it from the chain and the logs."))),
    h("p", { class: "tally" }, count(epochs.totalCount, "epoch")),
    growing(epochs, render, (cursor) => ask(cursor)), asked(QUERY, {})] };
}
