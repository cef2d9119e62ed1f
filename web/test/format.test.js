// `node --test web/test/`: how values read, to the last digit.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, count, decimal, grouped, money, price, share, short, shortened } from "../app/format.js";

const dollars = (amount) => ({ amount: String(amount), token: { symbol: "dUSD", decimals: 6 } });
const plain = (text) => text.replaceAll("\u202f", " ");

test("amounts are exact at any size", () => {
  assert.equal(plain(decimal("340282366920938463463374607431768211455", 18)), "340 282 366 920 938 463 463.374607431768211455");
  assert.equal(decimal("1", 6), "0.000001");
  assert.equal(decimal("0", 6), "0");
  assert.equal(decimal("1000000", 6), "1");
  assert.equal(plain(decimal("1234567", null)), "1 234 567");
});

test("money has two decimals where it has any", () => {
  assert.equal(money(dollars(1_200_000)), "1.20 dUSD");
  assert.equal(money(dollars(50_001)), "0.050001 dUSD");
  assert.equal(money(dollars(5_000_000)), "5 dUSD");
  assert.equal(money(null), "–");
});

test("prices are said in words", () => {
  const terms = (flat, unit, unitPrice) => ({ isFree: false, flatPrice: dollars(flat), unit, unitPrice: dollars(unitPrice) });
  assert.equal(price({ isFree: true }), "Free");
  assert.equal(price(terms(5_000_000, "NONE", 0)), "5 dUSD a license");
  assert.equal(price(terms(0, "TOKEN", 2)), "2 dUSD per million tokens");
  assert.equal(price(terms(1, "BYTE", 1)), "0.000001 dUSD a license + 1 000 dUSD per gigabyte".replace("1 000", "1\u202f000"));
  assert.equal(price(null), "unknown");
});

test("sizes, shares and hashes are short", () => {
  assert.equal(plain(bytes("999")), "999 B");
  assert.equal(plain(bytes("3145728")), "3.1 MB");
  assert.equal(plain(bytes("16000000000000")), "16.0 TB");
  assert.equal(plain(share(125_000)), "12.5 %");
  assert.equal(plain(share(1)), "0.0001 %");
  assert.equal(short(`0x${"ab".repeat(32)}`), "0xabab…abab");
  assert.equal(shortened(`blob 0x${"ab".repeat(32)} is gone`), "blob 0xabab…abab is gone");
  assert.equal(grouped("1000000"), "1\u202f000\u202f000");
  assert.equal(count(1, "shard"), "1 shard");
  assert.equal(count(0, "shard"), "0 shards");
});
