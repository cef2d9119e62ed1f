// Writes the price vectors that Solidity and Rust are both tested against: late charges, refunds of licenses and the
// split of slashed stake. Written from the specification, in whole numbers without a width. Deterministic.
//
//   node contracts/script/price-vectors.mjs           write attestation/vectors/prices.json
//   node contracts/script/price-vectors.mjs --check   exit 1 where the committed file differs
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PPM = 1_000_000n;
const max = (bits) => (1n << BigInt(bits)) - 1n;
const least = (a, b) => (a < b ? a : b);
const strings = (object) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, String(value)]));

// ---------------------------------------------------------------- usage

const lateCharge = ([missing, unitPrice, penaltyPpm, escrow]) => {
  const units = missing * unitPrice <= escrow ? missing : escrow / unitPrice;
  const charged = units * unitPrice;
  const penalty = least((charged * penaltyPpm) / PPM, escrow - charged);
  return strings({ missing, unitPrice, penaltyPpm, escrow, units, charged, penalty });
};

const late = [
  [100n, 7n, 100_000n, 1_000n], // all of it, with the whole penalty
  [100n, 7n, 100_000n, 769n], // the penalty is one short
  [100n, 7n, 100_000n, 700n], // no penalty is left
  [100n, 7n, 100_000n, 699n], // one unit is not reached for
  [100n, 7n, 100_000n, 6n], // not even one
  [100n, 0n, 1_000_000n, 5n], // free
  [3n, 3n, 333_333n, 100n], // 2.999997 is 2
  [1n, 1n, 999_999n, max(112)], // below one unit
  [1n, max(128), 1_000_000n, max(112)], // a price above any escrow
  [max(64), max(48), 1_000_000n, max(112)], // the penalty takes what is left
  [max(64), max(128), 1n, max(112)],
  [max(64), 1n, 1_000_000n, max(112)],
];

// ---------------------------------------------------------------- licenses

const refund = ([price, durationSeconds, elapsedSeconds]) => {
  const left = elapsedSeconds >= durationSeconds ? 0n : durationSeconds - elapsedSeconds;
  const amount = durationSeconds === 0n ? price : (price * left) / durationSeconds;
  return strings({ price, durationSeconds, elapsedSeconds, refund: amount });
};

const DAY = 86_400n;
const refunds = [
  [25_000_000n, 100n * DAY, 50n * DAY],
  [25_000_000n, 100n * DAY, 0n],
  [25_000_000n, 100n * DAY, 100n * DAY - 1n],
  [25_000_000n, 100n * DAY, 100n * DAY],
  [25_000_000n, 100n * DAY, 101n * DAY],
  [25_000_000n, 0n, 10_000n * DAY], // for ever
  [10n, 3n, 1n], // 6.67 is 6
  [1n, 3n, 1n], // nothing of one unit
  [24_999_999n, 7n, 2n],
  [25_000_000n, max(39), 1n],
];

// ---------------------------------------------------------------- stake

const split = ([taken, bountyPpm]) => {
  const bounty = (taken * bountyPpm) / PPM;
  return strings({ taken, bountyPpm, bounty, harmed: taken - bounty });
};

const slashes = [
  [7n * 10n ** 18n, 500_000n],
  [7n * 10n ** 18n, 0n],
  [1n, 500_000n], // the harmed get the odd one
  [3n, 333_333n], // 0.999999 is 0
  [999_999_999_999_999_999n, 123_457n],
  [10n ** 18n + 1n, 499_999n],
];

const document = { late: late.map(lateCharge), refunds: refunds.map(refund), slashes: slashes.map(split) };

const file = fileURLToPath(new URL("../../attestation/vectors/prices.json", import.meta.url));
const written = JSON.stringify(document, null, 2) + "\n";

if (process.argv.includes("--check")) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== written) {
    console.error(`${file} is stale: run node contracts/script/price-vectors.mjs`);
    process.exit(1);
  }
} else {
  writeFileSync(file, written);
  console.log(`wrote ${file}: ${late.length} late charges, ${refunds.length} refunds, ${slashes.length} slashes`);
}
