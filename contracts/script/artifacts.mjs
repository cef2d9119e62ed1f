// Writes contracts/abi/<Name>.json, {"abi", "bytecode"}, for every contract that we deploy, so that
// the Rust build needs neither Node nor a compiler; and contracts/abi/code.json, what the code of a
// contract must be once it is on a chain: size, keccak-256 of the code with its immutables taken as zero,
// and where each immutable stands, by name.
//
//   node contracts/script/artifacts.mjs           write
//   node contracts/script/artifacts.mjs --check   exit 1 where a committed file differs from a fresh build
//
// The build is always a whole one of src/ alone in a directory of its own: what else is compiled
// beside a contract may change the order of its code.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { keccak256 } from "ethereum-cryptography/keccak.js";

const OURS = [
  "AssetRegistry",
  "AttestationGate",
  "CopyVerifier",
  "CurationStake",
  "DaoArbiter",
  "DevToken",
  "DisputeHub",
  "InferenceTill",
  "LicenseDesk",
  "ModelBook",
  "QualityBoard",
  "RoyaltyRoots",
  "TermsBook",
  "UsageLedger",
  "UsufructGovernor",
  "UsufructTimelock",
  "UsufructToken",
  "AccessManager",
];
// Taken as published: their source pins another compiler, and these are the bytes that other chains run.
const EAS = ["EAS", "SchemaRegistry"];

const repository = fileURLToPath(new URL("../..", import.meta.url));
const contracts = join(repository, "contracts");
const abi = join(contracts, "abi");

function build(out) {
  const options = ["build", "--skip", "test", "--force", "--no-cache", "--ast", "--out", out];
  execFileSync(join(contracts, "forge"), options, { stdio: ["ignore", "ignore", "inherit"] });
}

/** Names of immutables by the id of their declaration, whichever contract declares them. */
function immutables(out) {
  const names = new Map();
  const visit = (node) => {
    if (node.nodeType === "VariableDeclaration" && node.mutability === "immutable") names.set(String(node.id), node.name);
    for (const child of node.nodes ?? []) visit(child);
  };
  for (const folder of readdirSync(out)) {
    if (!folder.endsWith(".sol")) continue;
    for (const file of readdirSync(join(out, folder))) {
      const { ast } = JSON.parse(readFileSync(join(out, folder, file), "utf8"));
      if (ast) visit(ast);
    }
  }
  return names;
}

/** What the code must be on a chain. The compiler leaves zeros where immutables go. */
function code(bytecode, references, names) {
  const bytes = Buffer.from(bytecode.slice(2), "hex");
  const places = {};
  for (const [id, found] of Object.entries(references)) {
    const name = names.get(id);
    if (name === undefined || places[name] !== undefined) throw new Error(`immutable ${id} has no name of its own`);
    places[name] = found.map(({ start }) => start).sort((a, b) => a - b);
  }
  const sorted = Object.fromEntries(Object.entries(places).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { size: bytes.length, hash: "0x" + Buffer.from(keccak256(bytes)).toString("hex"), immutables: sorted };
}

/** Published artifacts do not say where immutables go: they are the 32-byte constants of zero, which no other code has. */
function references(bytecode) {
  const bytes = Buffer.from(bytecode.slice(2), "hex");
  const found = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const size = bytes[at] >= 0x60 && bytes[at] <= 0x7f ? bytes[at] - 0x5f : 0;
    if (size === 32 && bytes.subarray(at + 1, at + 33).every((byte) => byte === 0)) found.push({ start: at + 1 });
    at += size;
  }
  return { published: found };
}

function artifacts(out) {
  const files = new Map();
  const names = immutables(out).set("published", "published");
  const codes = {};
  const add = (name, json, bytecode) => {
    if (!/^0x[0-9a-f]+$/i.test(bytecode)) throw new Error(`${name} has no plain bytecode`);
    const items = json.abi.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
    files.set(`${name}.json`, `{\n  "abi": [\n${items}\n  ],\n  "bytecode": "${bytecode}"\n}\n`);
  };
  for (const name of OURS) {
    const json = JSON.parse(readFileSync(join(out, `${name}.sol`, `${name}.json`), "utf8"));
    add(name, json, json.bytecode.object);
    codes[name] = code(json.deployedBytecode.object, json.deployedBytecode.immutableReferences ?? {}, names);
  }
  const eas = join(repository, "node_modules/@ethereum-attestation-service/eas-contracts/artifacts/contracts");
  for (const name of EAS) {
    const json = JSON.parse(readFileSync(join(eas, `${name}.sol`, `${name}.json`), "utf8"));
    add(name, json, json.bytecode);
    codes[name] = code(json.deployedBytecode, references(json.deployedBytecode), names);
  }
  const lines = Object.entries(codes).map(([name, found]) => `  ${JSON.stringify(name)}: ${JSON.stringify(found)}`);
  files.set("code.json", `{\n${lines.join(",\n")}\n}\n`);
  return files;
}

const out = mkdtempSync(join(tmpdir(), "usufruct-artifacts-"));
try {
  build(out);
  const fresh = artifacts(out);
  mkdirSync(abi, { recursive: true });
  if (process.argv.includes("--check")) {
    const committed = readdirSync(abi).filter((file) => file.endsWith(".json"));
    const stale = [...fresh.keys()].filter((file) => {
      const path = join(abi, file);
      return !existsSync(path) || readFileSync(path, "utf8") !== fresh.get(file);
    });
    const unknown = committed.filter((file) => !fresh.has(file));
    for (const file of stale) console.error(`contracts/abi/${file} differs from a fresh build`);
    for (const file of unknown) console.error(`contracts/abi/${file} belongs to no contract`);
    if (stale.length + unknown.length > 0) {
      console.error("run: node contracts/script/artifacts.mjs");
      process.exitCode = 1;
    } else {
      console.log(`contracts/abi: ${fresh.size} artifacts are fresh`);
    }
  } else {
    for (const [file, text] of fresh) writeFileSync(join(abi, file), text);
    console.log(`contracts/abi: wrote ${fresh.size} artifacts`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
