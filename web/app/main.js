// Routes, status and the life of a page.

import { query } from "./api.js";
import { h } from "./dom.js";
import { grouped, short } from "./format.js";
import * as account from "./view-account.js";
import * as dataset from "./view-dataset.js";
import * as datasets from "./view-datasets.js";
import * as epoch from "./view-epoch.js";
import * as epochs from "./view-epochs.js";
import * as job from "./view-job.js";
import * as jobs from "./view-jobs.js";
import * as payouts from "./view-payouts.js";

const ROUTES = [
  [/^\/?$/, datasets, "datasets"],
  [/^\/d\/(0x[0-9a-f]{64})(?:\/(\d+))?$/i, dataset, "datasets"],
  [/^\/jobs$/, jobs, "jobs"],
  [/^\/jobs\/(0x[0-9a-f]{64})$/i, job, "jobs"],
  [/^\/epochs$/, epochs, "epochs"],
  [/^\/epochs\/(\d+)$/, epoch, "epochs"],
  [/^\/payouts$/, payouts, "payouts"],
  [/^\/payouts\/(0x[0-9a-f]{40})$/i, account, "payouts"],
];

const main = document.getElementById("main");
let running = null;

/** Shows the page that the address names. */
async function go(isRefresh = false) {
  const path = decodeURI(location.hash.slice(1)) || "/";
  const [route, found] = ROUTES.map((route) => [route, route[0].exec(path)]).find(([, found]) => found) ?? [null, null];
  for (const link of document.querySelectorAll("nav a[data-route]")) {
    if (link.dataset.route === route?.[2]) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  running?.abort();
  const controller = running = new AbortController();
  if (!isRefresh) main.replaceChildren(h("p", { class: "loading" }, "Loading…"));
  main.setAttribute("aria-busy", "true");
  let page;
  try {
    page = route ? await route[1].load(found.slice(1), controller.signal) : missing(path);
  } catch (error) {
    if (error.name === "AbortError" || controller.signal.aborted) return;
    // What is on the screen is better than an error about refreshing it.
    if (isRefresh) return;
    page = failed(error);
  }
  if (controller.signal.aborted) return;
  main.removeAttribute("aria-busy");
  document.title = `${page.title} · Usufruct`;
  main.replaceChildren(...page.content.filter((part) => part instanceof Node));
  if (!isRefresh) {
    scrollTo(0, 0);
    // Readers of a screen hear where they are; the first page keeps the focus of the browser.
    if (moved) main.focus({ preventScroll: true });
    moved = true;
  }
}

let moved = false;

function missing(path) {
  return { title: "Not here", content: [h("h1", {}, "There is no such page"), h("p", {}, `Nothing is at ${path}.`), h("p", {}, h("a", { href: "#/" }, "All datasets"))] };
}

function failed(error) {
  const retry = h("button", { type: "button", onclick: () => go() }, "Try again");
  return { title: "Error", content: [h("h1", {}, "This could not be loaded"), h("p", { class: "notice bad", role: "alert" }, error.message), retry] };
}

let block = null;

/** Asks how far the index is; a new block refreshes the page unless somebody is at work on it. */
async function status() {
  const box = document.getElementById("status");
  try {
    const { _meta: meta } = await query(`{ _meta { block { number hash } chainHead lag isCaughtUp finalizedBlock
      deployment { chainId contracts { royaltyRoots } } } }`);
    const number = meta.block?.number;
    const lag = Number(meta.lag ?? 0);
    const words = !meta.block ? "waiting for the first block"
      : meta.isCaughtUp && lag <= 2 ? `block ${grouped(number)} · in step with the chain`
        : `block ${grouped(number)} of ${grouped(meta.chainHead ?? "?")} · ${grouped(lag)} behind`;
    box.className = `status ${meta.isCaughtUp ? "good" : "wait"}`;
    if (box.textContent !== words) box.textContent = words;
    const footer = `Chain ${meta.deployment.chainId} · block ${meta.block ? `${grouped(number)} (${short(meta.block.hash)})` : "–"} · final up to ${meta.finalizedBlock ? grouped(meta.finalizedBlock) : "–"}`;
    const line = document.getElementById("footer");
    if (line.textContent !== footer) line.textContent = footer;
    const isBusy = main.contains(document.activeElement) || document.querySelector(":popover-open, details[open]") || main.dataset.grown;
    if (block !== null && number !== block && !isBusy && !document.hidden) go(true);
    block = number;
  } catch (error) {
    box.className = "status bad";
    box.textContent = error.message;
  }
}

addEventListener("hashchange", () => {
  // The skip link is an anchor, not a page.
  if (location.hash === "#main") return main.focus();
  delete main.dataset.grown;
  go();
});
go();
status();
setInterval(() => { if (!document.hidden) status(); }, 4000);
