// Writes the payout-tree vectors that Solidity and Rust are both tested against, made by the
// reference implementation (npm @openzeppelin/merkle-tree). Deterministic: no clock, no randomness.
//
//   node contracts/script/vectors.mjs           write attestation/vectors/payout-tree.json
//   node contracts/script/vectors.mjs --check   exit 1 where the committed file differs
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";

const LEAF = ["uint256", "address", "uint256", "address", "address", "uint256"];
const FIELDS = ["chainId", "royaltyRoots", "epoch", "account", "token", "cumulativeAmount"];

const chainId = "31337";
const royaltyRoots = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const tokenA = "0x00000000000000000000000000000000000000a1";
const tokenB = "0xfffffffffffffffffffffffffffffffffffffffe";

// Account number n: far apart in value, so that sorted leaves are not in the order they were given.
const account = (n) => "0x" + BigInt(n).toString(16).padStart(4, "0").repeat(10);
const leaf = (epoch, n, token, amount) => [chainId, royaltyRoots, String(epoch), account(n), token, String(amount)];

const MAX_128 = (1n << 128n) - 1n;

const cases = [
  { name: "one leaf: the root is the leaf's hash", values: [leaf(1, 1, tokenA, 1n)] },
  { name: "two leaves", values: [leaf(1, 1, tokenA, 1n), leaf(1, 2, tokenA, 2n)] },
  {
    name: "three leaves, one of them of another token",
    values: [leaf(2, 7, tokenA, 1_000_000n), leaf(2, 7, tokenB, 2_500_000n), leaf(2, 3, tokenA, 999_999n)],
  },
  {
    name: "zero and the largest amount",
    values: [leaf(3, 1, tokenA, 0n), leaf(3, 2, tokenA, MAX_128), leaf(3, 3, tokenB, MAX_128 - 1n)],
  },
  {
    name: "eight leaves: a full tree",
    values: Array.from({ length: 8 }, (_, i) => leaf(4, i + 1, i % 2 ? tokenB : tokenA, 10n ** BigInt(i))),
  },
  {
    name: "nineteen leaves: an uneven tree, two tokens",
    values: Array.from({ length: 19 }, (_, i) =>
      leaf(5, ((i + 1) * 7919) % 65536, i % 3 ? tokenA : tokenB, BigInt(i) * 123_456_789_012n + 1n),
    ),
  },
];

const document = {
  about: "Made by contracts/script/vectors.mjs with npm @openzeppelin/merkle-tree 1.0.8; do not edit.",
  leafEncoding: LEAF,
  leafFields: FIELDS,
  cases: cases.map(({ name, values }) => {
    const tree = StandardMerkleTree.of(values, LEAF);
    return {
      name,
      epoch: Number(values[0][2]),
      root: tree.root,
      leaves: [...tree.entries()].map(([i, value]) => ({
        value: Object.fromEntries(FIELDS.map((field, k) => [field, value[k]])),
        hash: tree.leafHash(value),
        proof: tree.getProof(i),
      })),
      dump: tree.dump(),
    };
  }),
};

const file = fileURLToPath(new URL("../../attestation/vectors/payout-tree.json", import.meta.url));
const text = JSON.stringify(document, null, 2) + "\n";

if (process.argv.includes("--check")) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`${file} is stale: run node contracts/script/vectors.mjs`);
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
  console.log(`wrote ${file}: ${document.cases.length} trees`);
}
