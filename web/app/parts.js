// Small things that many pages show: hashes, accounts, evidence, states.

import { h, s } from "./dom.js";
import { grouped, money, short, shortCid, shortened, time, words } from "./format.js";

/** A hash or id that copies itself. */
export function hash(value, shown = short(value)) {
  if (!value) return "–";
  const button = h("button", { class: "hash", type: "button", title: `${value}\nCopy`, "aria-label": `${shown}, copy ${value}` }, shown);
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(value).catch(() => undefined);
    const text = button.textContent;
    button.textContent = "copied";
    setTimeout(() => { button.textContent = text; }, 900);
  });
  return button;
}

export function cid(value) {
  return hash(value, shortCid(value));
}

/** An account: a mark in its colours and its address, leading to what it does. */
export function account(value) {
  const address = typeof value === "string" ? value : value?.address;
  if (!address) return "–";
  return h("a", { class: "account", href: `#/payouts/${address}`, title: address }, mark(address), short(address));
}

/** Four fields of colour from an address, so that two are told apart at a glance. */
function mark(address) {
  const byte = (index) => Number.parseInt(address.slice(2 + index * 2, 4 + index * 2), 16);
  const field = (index) => s("rect", {
    x: (index % 2) * 8, y: Math.floor(index / 2) * 8, width: 8, height: 8,
    fill: `hsl(${Math.round(byte(index) * 1.41)} 45% ${40 + (byte(index + 8) % 30)}%)`,
  });
  return s("svg", { class: "mark", viewBox: "0 0 16 16", "aria-hidden": "true" }, [0, 1, 2, 3].map(field));
}

/** Where a figure comes from: opens the event that proves it. */
export function evidence(event, label) {
  if (!event) return null;
  const { number, isFinal } = event.block;
  const text = label ?? `block ${grouped(number)}`;
  const button = h("button", { class: "evidence", type: "button", "aria-haspopup": "dialog", title: "Show the event that proves this" }, text);
  if (isFinal === false) button.append(h("span", { class: "pending" }, " pending"));
  button.addEventListener("click", () => show(event));
  return button;
}

function show(event) {
  const { block, transactionHash, logIndex } = event;
  const row = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  const box = document.getElementById("evidence");
  box.replaceChildren(
    h("h2", {}, "Proof on chain"),
    h("dl", { class: "facts" },
      row("Transaction", hash(transactionHash, transactionHash)),
      row("Log", String(logIndex)),
      row("Block", grouped(block.number), { true: " · final", false: " · can still be reorganised" }[block.isFinal] ?? ""),
      row("Block hash", hash(block.hash, block.hash)),
      block.time && row("Time", time(block.time))),
    h("button", { type: "button", class: "plain", popovertarget: "evidence", popovertargetaction: "hide" }, "Close"));
  box.showPopover();
}

/** A short word in a coloured field. */
export function chip(text, kind = "") {
  return h("span", { class: `chip ${kind}` }, text);
}

const STATES = {
  AVAILABLE: "good", FINAL: "good", VALID: "good", OPEN: "good",
  PENDING: "wait", PROPOSED: "wait", UPCOMING: "wait",
  MALFORMED: "bad", REJECTED: "bad", REVOKED: "bad", EXPIRED: "bad", CLOSED: "",
};

export function state(value) {
  return chip(words(value), STATES[value] ?? "");
}

/** Why content is not there, where it is not. */
export function contentNotice(what, content) {
  if (!content || content.state === "AVAILABLE") return null;
  const said = content.error ? ` Last attempt: ${shortened(content.error)}.` : "";
  return content.state === "PENDING"
    ? h("p", { class: "notice" }, `The ${what} is not here yet; the node keeps asking its providers.${said}`)
    : h("p", { class: "notice bad" }, `The ${what} is not what it should be and is not used: ${content.error ?? "no reason noted"}.`);
}

/** Sums of money, one a line. */
export function sums(values) {
  return values.length === 0 ? "nothing yet" : values.map((value) => h("span", { class: "sum" }, money(value)));
}

/** The same question for other tools. */
export function asked(text, variables) {
  const query = text.trim();
  const curl = `curl -s ${location.origin}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query: query.replaceAll(/\s+/g, " "), variables }).replaceAll("'", "'\\''")}'`;
  return h("details", { class: "asked" },
    h("summary", {}, "Ask this yourself"),
    h("p", {}, "What this page asked, to paste into ", h("a", { href: "/graphql" }, "GraphiQL"), " or a shell."),
    h("pre", { tabindex: "0" }, query), h("pre", { tabindex: "0" }, curl));
}
