// Lineage drawn: what a version derives from on the left, what uses it on the right, money flowing left.

import { h, s, table } from "./dom.js";
import { share, short } from "./format.js";
import { account } from "./parts.js";

/** How far lineage is asked for, against and along the flow of data. */
export const DEPTH_UP = 4, DEPTH_DOWN = 2;

/** Beyond this a picture says less than the list. */
const DRAWN_MAX = 40;

const WIDTH = 190, HEIGHT = 56, GAP_X = 90, GAP_Y = 18;

/** The picture, where it is small enough to be read, and always the list. */
export function lineage(up, down) {
  const nodes = new Map();
  for (const [graph, sign, reach] of [[up, -1, DEPTH_UP], [down, 1, DEPTH_DOWN]]) {
    for (const node of graph.nodes) {
      if (node.kind === "AGENT" || nodes.has(node.id)) continue;
      nodes.set(node.id, { ...node, column: sign * node.depth, isAtReach: node.depth === reach });
    }
  }
  const edges = [...up.edges, ...down.edges].filter((edge) => nodes.has(edge.from) && nodes.has(edge.to));
  spread(nodes, edges);
  const isCut = up.isTruncated || down.isTruncated;
  return h("div", {},
    nodes.size === 1 && h("p", { class: "empty" }, "It derives from nothing registered here, and nothing derives from it yet."),
    nodes.size > 1 && nodes.size <= DRAWN_MAX && h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Picture of the lineage" }, picture([...nodes.values()], edges, up.root)),
    nodes.size > 1 && list(nodes, edges),
    isCut && h("p", { class: "notice" }, "There is more than shown: the graph is cut at 1,000 things."));
}

/** Moves things apart until every edge leads from right to left; what stands on the way of a short cut moves too. */
function spread(nodes, edges) {
  for (let round = 0; round < nodes.size; round++) {
    let isCalm = true;
    for (const edge of edges) {
      const [later, earlier] = [nodes.get(edge.from), nodes.get(edge.to)];
      if (later.column > earlier.column) continue;
      if (later.column > 0) later.column = earlier.column + 1;
      else earlier.column = later.column - 1;
      isCalm = false;
    }
    if (isCalm) return;
  }
}

function name(node) {
  if (node.job) return ["Job", short(node.job.jobId)];
  const dataset = node.version?.dataset;
  const version = `version ${node.version?.ordinal}`;
  return dataset?.title ? [dataset.title, `${dataset.name} · ${version}`] : [dataset?.name ?? "unknown", version];
}

function link(node) {
  return node.job ? `#/jobs/${node.job.jobId}` : `#/d/${node.version?.dataset?.assetId}/${node.version?.ordinal}`;
}

function picture(nodes, edges, root) {
  const columns = [...new Set(nodes.map((node) => node.column))].sort((a, b) => a - b);
  const stacks = columns.map((column) => nodes.filter((node) => node.column === column));
  const tallest = Math.max(...stacks.map((stack) => stack.length));
  const height = tallest * (HEIGHT + GAP_Y) + GAP_Y + (columns.length > 2 ? HEIGHT : 0);
  const width = columns.length * (WIDTH + GAP_X) - GAP_X + 4;
  const places = new Map();
  stacks.forEach((stack, x) => stack.forEach((node, y) => {
    const top = (height - stack.length * (HEIGHT + GAP_Y) + GAP_Y) / 2;
    places.set(node.id, { x: 2 + x * (WIDTH + GAP_X), y: top + y * (HEIGHT + GAP_Y) });
  }));
  return s("svg", { class: "lineage", viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "Lineage; the list below says the same" },
    edges.map((edge) => line(edge, places)), nodes.map((node) => box(node, places.get(node.id), node.id === root)));
}

function line(edge, places) {
  const [later, earlier] = [places.get(edge.from), places.get(edge.to)];
  const [x1, y1] = [later.x, later.y + HEIGHT / 2];
  const [x2, y2] = [earlier.x + WIDTH, earlier.y + HEIGHT / 2];
  const bend = Math.max(30, Math.abs(x1 - x2) / 2);
  // A line that skips a column goes around what stands there.
  const sag = x1 - x2 > GAP_X + 1 ? HEIGHT * 1.1 : 0;
  const path = `M${x1},${y1} C${x1 - bend},${y1 + sag} ${x2 + bend},${y2 + sag} ${x2},${y2}`;
  const weight = edge.sharePpm ? 1.5 + (edge.sharePpm / 1_000_000) * 10 : 1.5;
  const kind = edge.relation === "WAS_DERIVED_FROM" ? "derived" : "used";
  const label = edge.sharePpm !== null && edge.sharePpm !== undefined
    && s("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 6 + sag * 0.75, "text-anchor": "middle", class: "flow" }, share(edge.sharePpm));
  return s("g", {}, s("path", { d: path, class: kind, "stroke-width": weight, fill: "none" }), label);
}

function box(node, { x, y }, isRoot) {
  const [title, subtitle] = name(node);
  const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
  const hidden = node.version ? hiddenCount(node) : "";
  return s("a", { href: link(node), class: `${isRoot ? "root " : ""}${node.job ? "job" : "version"}` },
    s("title", {}, `${title} – ${subtitle}`),
    s("rect", { x, y, width: WIDTH, height: HEIGHT, rx: node.job ? 28 : 8 }),
    s("text", { x: x + 14, y: y + 24, class: "title" }, cut(title, 22)),
    s("text", { x: x + 14, y: y + 42, class: "subtitle" }, cut(subtitle, 25) + hidden));
}

/** What stays beyond the depth that was asked for. */
function hiddenCount(node) {
  const beyond = node.column < 0 ? node.version.parentCount : Number(node.version.childCount);
  return node.isAtReach && beyond > 0 ? ` +${beyond}` : "";
}

const RELATIONS = { USED: "used", WAS_DERIVED_FROM: "was derived from", WAS_GENERATED_BY: "was trained by" };

function list(nodes, edges) {
  const rows = edges.map((edge) => ({ ...edge, later: nodes.get(edge.from), earlier: nodes.get(edge.to) }));
  const cell = (node) => h("a", { href: link(node) }, name(node).join(", "));
  const maker = (node) => account(node.job?.trainer ?? node.version?.creator);
  return table("Lineage", [
    ["What", (row) => cell(row.later)],
    ["By", (row) => maker(row.later)],
    ["Relation", (row) => RELATIONS[row.relation]],
    ["Source", (row) => cell(row.earlier)],
    ["Share that flows there", (row) => (row.sharePpm === null ? "by units" : share(row.sharePpm)), "number"],
  ], rows, "");
}
