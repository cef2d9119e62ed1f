// Lists that grow: a page of rows and a button for the next.

import { h } from "./dom.js";

/**
 * A list that starts with `connection` and asks `more(cursor)` for further ones.
 * `render(nodes)` gives the element for all rows so far.
 */
export function growing(connection, render, more) {
  const nodes = [...connection.nodes];
  const box = h("div", {}, render(nodes));
  const button = h("button", { type: "button", class: "more" }, "Show more");
  let cursor = connection.pageInfo.endCursor;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const next = await more(cursor);
      nodes.push(...next.nodes);
      cursor = next.pageInfo.endCursor;
      box.replaceChildren(render(nodes));
      button.hidden = !next.pageInfo.hasNextPage;
      document.getElementById("main").dataset.grown = "yes";
    } catch (error) {
      button.textContent = `${error.message} Try again`;
    } finally {
      button.disabled = false;
    }
  });
  button.hidden = !connection.pageInfo.hasNextPage;
  return h("div", {}, box, button);
}
