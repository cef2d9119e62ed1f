// Writes indexer/chain/networks/<name>.json: where EAS is on public networks, as its authors publish it with
// their npm package.
//
//   node contracts/script/networks.mjs           write
//   node contracts/script/networks.mjs --check   exit 1 where a committed file differs
import { mkdirSync, readdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Networks that were shut down, and one whose addresses depend on another rule than CREATE2's.
const LEFT_OUT = new Set(["base-goerli", "linea-goerli", "optimism-goerli", "zksync"]);

const repository = fileURLToPath(new URL("../..", import.meta.url));
const eas = join(repository, "node_modules/@ethereum-attestation-service/eas-contracts");
const target = join(repository, "indexer/chain/networks");
const { name, version } = JSON.parse(readFileSync(join(eas, "package.json"), "utf8"));

const fresh = new Map();
for (const network of readdirSync(join(eas, "deployments")).sort()) {
  if (LEFT_OUT.has(network)) continue;
  const folder = join(eas, "deployments", network);
  const address = (contract) => JSON.parse(readFileSync(join(folder, `${contract}.json`), "utf8")).address;
  const book = {
    name: network,
    chainId: Number(readFileSync(join(folder, ".chainId"), "utf8")),
    eas: address("EAS"),
    schemaRegistry: address("SchemaRegistry"),
    source: `npm ${name} ${version}, deployments/${network}`,
  };
  fresh.set(`${network}.json`, `${JSON.stringify(book, null, 2)}\n`);
}

mkdirSync(target, { recursive: true });
if (process.argv.includes("--check")) {
  const committed = readdirSync(target).filter((file) => file.endsWith(".json"));
  const differs = (file) => {
    const path = join(target, file);
    return !fresh.has(file) || !existsSync(path) || readFileSync(path, "utf8") !== fresh.get(file);
  };
  const stale = [...new Set([...fresh.keys(), ...committed])].filter(differs);
  for (const file of stale) console.error(`indexer/chain/networks/${file} differs from the package`);
  if (stale.length > 0) {
    console.error("run: node contracts/script/networks.mjs");
    process.exitCode = 1;
  } else {
    console.log(`indexer/chain/networks: ${fresh.size} address books are fresh`);
  }
} else {
  for (const [file, text] of fresh) writeFileSync(join(target, file), text);
  console.log(`indexer/chain/networks: wrote ${fresh.size} address books`);
}
