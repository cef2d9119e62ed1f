// All jobs.

import { EVENT, MONEY, query } from "./api.js";
import { h, table } from "./dom.js";
import { count, grouped, money, short } from "./format.js";
import { growing } from "./list.js";
import { account, asked, evidence, state } from "./parts.js";

const QUERY = `query Jobs($after: String) { jobs(first: 25, after: $after) { totalCount pageInfo { hasNextPage endCursor }
  nodes { jobId state trainer { address } charged { ${MONEY} } escrow { ${MONEY} } commitmentCount event { ${EVENT} }
    licenses { version { ordinal dataset { assetId name } } } usage { tokens } } } }`;

const ask = (after, signal) => query(QUERY, { after }, signal).then((data) => data.jobs);

export async function load(_, signal) {
  const jobs = await ask(null, signal);
  const render = (nodes) => table("Jobs", [
    ["Job", (job) => h("a", { href: `#/jobs/${job.jobId}` }, short(job.jobId))],
    ["State", (job) => state(job.state)],
    ["Trainer", (job) => account(job.trainer)],
    ["Trains on", (job) => job.licenses.map(({ version }, index) => [index > 0 ? ", " : "", h("a", { href: `#/d/${version?.dataset?.assetId}/${version?.ordinal}` }, version?.dataset?.name ?? "unknown")])],
    ["Tokens read", (job) => grouped(job.usage.reduce((sum, one) => sum + BigInt(one.tokens), 0n)), "number"],
    ["Charged", (job) => money(job.charged), "number"],
    ["Escrow left", (job) => money(job.escrow), "number"],
    ["Opened", (job) => evidence(job.event)],
  ], nodes, "No job has been opened. `usufruct job run` opens one.");
  return { title: "Jobs", content: [
    h("div", { class: "hero" }, h("h1", {}, "Jobs"), h("p", {}, "Training runs, what they read and what they paid for it. A job holds licenses, deposits escrow and is charged by what it says it consumed.")),
    h("p", { class: "tally" }, count(jobs.totalCount, "job")),
    growing(jobs, render, (cursor) => ask(cursor)), asked(QUERY, {})] };
}
