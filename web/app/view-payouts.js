// Looking up what an address is owed.

import { h } from "./dom.js";

export async function load() {
  const error = h("p", { class: "notice bad", role: "alert", id: "address-error", hidden: true }, "An address is 0x and 40 hex digits.");
  const input = h("input", { id: "address", type: "text", placeholder: "0x…", autocomplete: "off", spellcheck: "false", maxlength: 42, "aria-describedby": "address-error" });
  const submit = (event) => {
    event.preventDefault();
    const address = input.value.trim();
    error.hidden = /^0x[0-9a-fA-F]{40}$/.test(address);
    if (error.hidden) location.hash = `#/payouts/${address.toLowerCase()}`;
    else input.focus();
  };
  return { title: "Payouts", content: [
    h("div", { class: "hero" }, h("h1", {}, "Payouts"), h("p", {}, "What an address is owed, what it was paid, and the proof that the contract asks for. No wallet needed to look.")),
    h("form", { class: "search", onsubmit: submit },
      h("div", { class: "field wide" }, h("label", { for: "address" }, "Address"), input),
      h("button", { type: "submit" }, "Show payouts")),
    error] };
}
