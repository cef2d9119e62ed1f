// Writes the licensing vectors that Solidity and Rust are both tested against: ids, EIP-712 digests and which terms a
// derivative may have. Written from the specification, with nothing but keccak. Deterministic: no clock, no randomness.
//
//   node contracts/script/licensing-vectors.mjs           write attestation/vectors/licensing.json
//   node contracts/script/licensing-vectors.mjs --check   exit 1 where the committed file differs
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { keccak256 } from "ethereum-cryptography/keccak";

// ---------------------------------------------------------------- ABI words

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => "0x" + Buffer.from(bytes).toString("hex");
const bytes = (text) => Uint8Array.from(Buffer.from(text.slice(2), "hex"));
const keccak = (...parts) => hex(keccak256(Buffer.concat(parts.map((part) => Buffer.from(part)))));
/** A value as one word: hex is padded on the left (addresses) or is whole, all else is a decimal number. */
const word = (value) => bytes("0x" + BigInt(value).toString(16).padStart(64, "0"));
/** Text behind its offset (it is the last of `words` words) and length, padded to words. */
const tail = (text, words) => {
  const raw = utf8(text);
  const padded = new Uint8Array(Math.ceil(raw.length / 32) * 32);
  padded.set(raw);
  return [word(32 * words), word(raw.length), padded];
};

// ---------------------------------------------------------------- where

const chainId = "31337";
// First and second contract of anvil's first account.
const contract = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const registry = "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512";

// ---------------------------------------------------------------- ids

const MAX_216 = (1n << 216n) - 1n;
const assetId = ({ creator, name }) =>
  hex(word(BigInt(keccak(word(chainId), word(registry), word(creator), ...tail(name, 4))) >> 40n));
const versionId = ({ creator, assetId, manifestHash, shardTableRoot, shards }) =>
  keccak(
    ...[chainId, registry, creator, assetId, manifestHash, shardTableRoot, shards].map(word),
  );

const creatorA = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const creatorB = "0x0000000000000000000000000000000000c0ffee";
const assetIds = [
  { creator: creatorA, name: "corpus" },
  { creator: creatorB, name: "corpus" },
  { creator: creatorA, name: "a" },
  { creator: creatorA, name: "a-name.of_exactly-32.characters-" },
  { creator: creatorB, name: "0123456789abcdefghijklmnopqrstuvwxyz._-0123456789abcdefghijklmno" },
].map((input) => ({ ...input, assetId: assetId(input) }));

const hash = (text) => keccak(utf8(text));
const versionIds = [
  { creator: creatorA, assetId: assetIds[0].assetId, manifestHash: hash("m1"), shardTableRoot: hash("t1"), shards: "4" },
  { creator: creatorB, assetId: assetIds[0].assetId, manifestHash: hash("m1"), shardTableRoot: hash("t1"), shards: "4" },
  { creator: creatorA, assetId: assetIds[0].assetId, manifestHash: hash("m1"), shardTableRoot: hash("t1"), shards: "5" },
  { creator: creatorA, assetId: assetIds[0].assetId, manifestHash: hash("m1"), shardTableRoot: hash("t2"), shards: "4" },
  { creator: creatorA, assetId: assetIds[2].assetId, manifestHash: hash("m2"), shardTableRoot: hex(word(0)), shards: "0" },
  {
    creator: creatorB,
    assetId: hex(word(MAX_216)),
    manifestHash: "0x" + "ff".repeat(32),
    shardTableRoot: "0x" + "ff".repeat(32),
    shards: String(2 ** 32 - 1),
  },
].map((input) => ({ ...input, versionId: versionId(input) }));

// ---------------------------------------------------------------- EIP-712

const DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const QUOTE =
  "Quote(bytes32 versionId,bytes32 termsId,address licensee,address token,uint128 price,uint128 unitPrice,uint128 unitsMax,uint64 durationSeconds,uint64 expiresAt,uint256 nonce)";
const INTENT =
  "Intent(bytes32 versionId,bytes32 termsId,address buyer,address licensee,address token,uint128 maxPrice,uint128 maxUnitPrice,uint64 expiresAt,uint256 nonce)";
const domainSeparator = keccak(
  bytes(hash(DOMAIN)),
  bytes(hash("Usufruct LicenseDesk")),
  bytes(hash("1")),
  word(chainId),
  word(contract),
);
/** Fields in the order of the type; each is one word. */
const structHash = (type, message) => keccak(bytes(hash(type)), ...Object.values(message).map(word));
const digest = (type, message) =>
  keccak(bytes("0x1901"), bytes(domainSeparator), bytes(structHash(type, message)));

const MAX_64 = String((1n << 64n) - 1n);
const MAX_128 = String((1n << 128n) - 1n);
const MAX_256 = String((1n << 256n) - 1n);
const quote = {
  versionId: versionIds[0].versionId,
  termsId: hash("terms"),
  licensee: "0x0000000000000000000000000000000000007a14",
  token: "0x00000000000000000000000000000000000000a1",
  price: "25000000",
  unitPrice: "250",
  unitsMax: MAX_128,
  durationSeconds: "31536000",
  expiresAt: "1900000000",
  nonce: MAX_256,
};
const intent = {
  versionId: versionIds[0].versionId,
  termsId: hash("terms"),
  buyer: creatorB,
  licensee: "0x0000000000000000000000000000000000007a14",
  token: "0x00000000000000000000000000000000000000a1",
  maxPrice: MAX_128,
  maxUnitPrice: "250",
  expiresAt: MAX_64,
  nonce: "11",
};

// ---------------------------------------------------------------- terms of derivatives

const CONFLICTS = ["None", "Derive", "Uses", "Obligations", "ShareAlike", "FieldOfUse", "UserLimit"];
const [DERIVE, SHARE_ALIKE] = [16, 2];
const base = { license: "CC-BY-4.0", fieldOfUse: "", uses: 63, obligations: 1, userLimit: 0n };
const T = (changes = {}) => ({ ...base, ...changes });

function conflict(child, parent) {
  if (!(parent.uses & DERIVE)) return 1;
  if ((child.uses | parent.uses) !== parent.uses) return 2;
  if ((child.obligations & parent.obligations) !== parent.obligations) return 3;
  if (parent.obligations & SHARE_ALIKE && child.license !== parent.license) return 4;
  if (parent.fieldOfUse !== "" && child.fieldOfUse !== parent.fieldOfUse) return 5;
  if (parent.userLimit !== 0n && (child.userLimit === 0n || child.userLimit > parent.userLimit)) return 6;
  return 0;
}

const pairs = [
  [T(), T()],
  // Derive: even under the same terms.
  [T({ uses: 47 }), T({ uses: 47 })],
  [T(), T({ uses: 0 })],
  [T({ uses: 0 }), T({ uses: 47 })],
  [T({ uses: 0 }), T({ uses: 16 })],
  [T({ uses: 47 }), T()],
  // Uses: each one.
  ...[1, 2, 4, 8, 32].map((bit) => [T(), T({ uses: 63 - bit })]),
  ...[1, 2, 4, 8, 16, 32].map((bit) => [T({ uses: 63 - bit }), T()]),
  // Obligations: each one, dropped and added.
  ...[1, 2, 4, 8].map((bit) => [T({ obligations: 15 - bit }), T({ obligations: 15 })]),
  ...[1, 2, 4, 8].map((bit) => [T({ obligations: 15 }), T({ obligations: 15 - bit, license: "CC-BY-4.0" })]),
  [T({ obligations: 0 }), T({ obligations: 0 })],
  // ShareAlike: byte for byte, and only where the parent says so.
  [T({ license: "CC-BY-SA-4.0", obligations: 3 }), T({ license: "CC-BY-SA-4.0", obligations: 3 })],
  [T({ license: "CC-BY-SA-3.0", obligations: 3 }), T({ license: "CC-BY-SA-4.0", obligations: 3 })],
  [T({ license: "cc-by-sa-4.0", obligations: 3 }), T({ license: "CC-BY-SA-4.0", obligations: 3 })],
  [T({ license: "CC-BY-SA-4.0 ", obligations: 3 }), T({ license: "CC-BY-SA-4.0", obligations: 3 })],
  [T({ license: "CC-BY-SA-4.0", obligations: 3 }), T({ license: "MIT" })],
  [T({ license: "MIT" }), T({ license: "Apache-2.0" })],
  // FieldOfUse.
  [T(), T({ fieldOfUse: "medicine" })],
  [T({ fieldOfUse: "medicine" }), T()],
  [T({ fieldOfUse: "medicine" }), T({ fieldOfUse: "medicine" })],
  [T({ fieldOfUse: "Medicine" }), T({ fieldOfUse: "medicine" })],
  [T({ fieldOfUse: "Médecine" }), T({ fieldOfUse: "Médecine" })],
  // UserLimit.
  [T(), T({ userLimit: 1000n })],
  [T({ userLimit: 1001n }), T({ userLimit: 1000n })],
  [T({ userLimit: 1000n }), T({ userLimit: 1000n })],
  [T({ userLimit: 1n }), T({ userLimit: 1000n })],
  [T({ userLimit: 1000n }), T()],
  [T({ userLimit: 0n }), T({ userLimit: BigInt(MAX_64) })],
  [T({ userLimit: BigInt(MAX_64) }), T({ userLimit: BigInt(MAX_64) })],
  // The first of several is named.
  [
    T({ license: "MIT", obligations: 0 }),
    T({ uses: 0, obligations: 3, fieldOfUse: "medicine", userLimit: 5n }),
  ],
  [
    T({ license: "MIT", obligations: 0 }),
    T({ uses: 16, obligations: 3, fieldOfUse: "medicine", userLimit: 5n }),
  ],
  [
    T({ license: "MIT", obligations: 0 }),
    T({ obligations: 3, fieldOfUse: "medicine", userLimit: 5n }),
  ],
  [T({ license: "MIT", obligations: 3 }), T({ obligations: 3, fieldOfUse: "medicine", userLimit: 5n })],
  [T({ obligations: 3 }), T({ obligations: 3, fieldOfUse: "medicine", userLimit: 5n })],
  [T({ obligations: 3, fieldOfUse: "medicine" }), T({ obligations: 3, fieldOfUse: "medicine", userLimit: 5n })],
  [
    T({ obligations: 15, fieldOfUse: "medicine", userLimit: 4n, uses: 17 }),
    T({ obligations: 3, fieldOfUse: "medicine", userLimit: 5n, uses: 51 }),
  ],
];

const text = ({ license, fieldOfUse, uses, obligations, userLimit }) => ({
  license,
  fieldOfUse,
  uses: String(uses),
  obligations: String(obligations),
  userLimit: String(userLimit),
});

// ---------------------------------------------------------------- the file

const document = {
  about: "Made by contracts/script/licensing-vectors.mjs; do not edit. Numbers are decimal strings, all else is hex.",
  chainId,
  contract,
  registry,
  domainSeparator,
  quoteType: QUOTE,
  quote,
  quoteDigest: digest(QUOTE, quote),
  intentType: INTENT,
  intent,
  intentHash: structHash(INTENT, intent),
  intentDigest: digest(INTENT, intent),
  assetIds,
  versionIds,
  terms: pairs.map(([child, parent]) => {
    const code = conflict(child, parent);
    return { child: text(child), parent: text(parent), conflict: CONFLICTS[code], code: String(code) };
  }),
};

const file = fileURLToPath(new URL("../../attestation/vectors/licensing.json", import.meta.url));
const written = JSON.stringify(document, null, 2) + "\n";

if (process.argv.includes("--check")) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== written) {
    console.error(`${file} is stale: run node contracts/script/licensing-vectors.mjs`);
    process.exit(1);
  }
} else {
  writeFileSync(file, written);
  const counts = CONFLICTS.map((name) => `${name} ${document.terms.filter((t) => t.conflict === name).length}`);
  console.log(`wrote ${file}: ${pairs.length} pairs of terms (${counts.join(", ")})`);
}
