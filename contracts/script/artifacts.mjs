// Writes contracts/abi/<Name>.json, {"abi", "bytecode"}, for every contract that we deploy, so that
// the Rust build needs neither Node nor a compiler.
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

const OURS = [
  "AssetRegistry",
  "AttestationGate",
  "CurationStake",
  "DevToken",
  "LicenseDesk",
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
  const options = ["build", "--skip", "test", "--force", "--no-cache", "--out", out];
  execFileSync(join(contracts, "forge"), options, { stdio: ["ignore", "ignore", "inherit"] });
}

function artifacts(out) {
  const files = new Map();
  const add = (name, json, bytecode) => {
    if (!/^0x[0-9a-f]+$/i.test(bytecode)) throw new Error(`${name} has no plain bytecode`);
    const items = json.abi.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
    files.set(`${name}.json`, `{\n  "abi": [\n${items}\n  ],\n  "bytecode": "${bytecode}"\n}\n`);
  };
  for (const name of OURS) {
    const json = JSON.parse(readFileSync(join(out, `${name}.sol`, `${name}.json`), "utf8"));
    add(name, json, json.bytecode.object);
  }
  const eas = join(repository, "node_modules/@ethereum-attestation-service/eas-contracts/artifacts/contracts");
  for (const name of EAS) {
    const json = JSON.parse(readFileSync(join(eas, `${name}.sol`, `${name}.json`), "utf8"));
    add(name, json, json.bytecode);
  }
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
