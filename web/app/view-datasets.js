// All datasets: search, order, and for each what a trainer asks first.

import { MONEY, TERMS, query } from "./api.js";
import { h, rich } from "./dom.js";
import { bytes, count, grouped, money, price, share, words } from "./format.js";
import { growing } from "./list.js";
import { account, chip } from "./parts.js";

const QUERY = `query Datasets($filter: DatasetFilter, $orderBy: DatasetOrder!, $after: String) {
  datasets(filter: $filter, orderBy: $orderBy, first: 20, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { assetId name title description creator { address } activeStake { ${MONEY} }
      latestVersion { ordinal records sizeBytes shardCount parentCount tombstone { reason } terms { ${TERMS} } } } } }`;

const ORDERS = [["UPDATED", "Newest version"], ["STAKE", "Most stake"], ["NAME", "Name"], ["CREATED", "Newest"]];

/** Kept while the page lives, so that coming back from a dataset shows the same list. */
const asked = { search: "", orderBy: "UPDATED", isFree: false };

function ask(after, signal) {
  const filter = { search: asked.search || null, isFree: asked.isFree || null };
  return query(QUERY, { filter, orderBy: asked.orderBy, after }, signal).then((data) => data.datasets);
}

export async function load(_, signal) {
  const results = h("div", { "aria-live": "polite" });
  const show = (datasets) => {
    const none = asked.search || asked.isFree ? "Nothing here matches. Try fewer words." : "Nobody has published a dataset yet. `usufruct dataset publish` makes the first one.";
    results.replaceChildren(
      h("p", { class: "tally" }, count(datasets.totalCount, "dataset")),
      datasets.nodes.length === 0 ? h("p", { class: "empty" }, rich(none)) : growing(datasets, cards, (cursor) => ask(cursor)));
  };
  show(await ask(null, signal));
  let turn = 0;
  const again = async () => {
    const mine = ++turn;
    results.setAttribute("aria-busy", "true");
    try {
      const datasets = await ask(null);
      if (mine === turn) show(datasets);
    } catch (error) {
      if (mine === turn) results.replaceChildren(h("p", { class: "notice bad", role: "alert" }, error.message));
    } finally {
      if (mine === turn) results.removeAttribute("aria-busy");
    }
  };
  return { title: "Datasets", content: [
    h("div", { class: "hero" }, h("h1", {}, "Data with its makers attached"),
      h("p", {}, "Every dataset here says who made it, what it derives from, what it may be used for and who is paid when it is. Every figure leads to the event on chain that proves it.")),
    form(again), results] };
}

function form(again) {
  let timer;
  const search = h("input", { type: "search", id: "search", placeholder: "words in name, title, description or license", value: asked.search, autocomplete: "off", maxlength: 200 });
  search.addEventListener("input", () => {
    asked.search = search.value.trim();
    clearTimeout(timer);
    timer = setTimeout(again, 250);
  });
  const order = h("select", { id: "order" }, ORDERS.map(([value, text]) => h("option", { value, selected: value === asked.orderBy }, text)));
  order.addEventListener("change", () => { asked.orderBy = order.value; again(); });
  const free = h("input", { type: "checkbox", id: "free", checked: asked.isFree });
  free.addEventListener("change", () => { asked.isFree = free.checked; again(); });
  return h("form", { class: "search", role: "search", onsubmit: (event) => { event.preventDefault(); again(); } },
    h("div", { class: "field wide" }, h("label", { for: "search" }, "Search"), search),
    h("div", { class: "field" }, h("label", { for: "order" }, "Order"), order),
    h("div", { class: "field check" }, free, h("label", { for: "free" }, "Free only")));
}

function cards(nodes) {
  return h("ul", { class: "cards" }, nodes.map(card));
}

function card(dataset) {
  const version = dataset.latestVersion;
  const terms = version?.terms;
  return h("li", { class: "card" },
    h("div", { class: "card-head" },
      h("h2", {}, h("a", { href: `#/d/${dataset.assetId}` }, dataset.title ?? dataset.name)),
      h("p", { class: "by" }, h("span", { class: "name" }, dataset.name), " by ", account(dataset.creator))),
    dataset.description && h("p", { class: "description" }, dataset.description),
    version?.tombstone && h("p", { class: "notice bad" }, `Withdrawn: ${version.tombstone.reason}`),
    h("ul", { class: "chips" },
      terms && h("li", {}, chip(terms.license, "license")),
      terms && h("li", {}, chip(price(terms), terms.isFree ? "good" : "price")),
      terms?.uses.map((use) => h("li", {}, chip(words(use))))),
    h("p", { class: "figures" }, [
      version ? `${bytes(version.sizeBytes)} in ${count(version.shardCount, "shard")}` : "no version yet",
      version && `${grouped(version.records)} records`,
      version?.parentCount > 0 && `derived from ${version.parentCount}`,
      BigInt(dataset.activeStake.amount) > 0n && `${money(dataset.activeStake)} staked`,
      terms?.curatorSharePpm > 0 && `${share(terms.curatorSharePpm)} to curators`,
    ].filter(Boolean).join(" · ")));
}
