// How values read. Pure: amounts stay whole numbers until they are text.

const THIN = "\u202f";

/** Digits in groups of three. */
export function grouped(digits) {
  return String(digits).replaceAll(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

/** An amount of a token's smallest unit as a decimal number, exactly. */
export function decimal(amount, decimals) {
  if (decimals === null || decimals === undefined) return grouped(amount);
  const digits = String(amount).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return grouped(whole) + (fraction ? `.${fraction}` : "");
}

/** Money with its token: "1.20 dUSD". Two decimals at least where there are any. */
export function money(value) {
  if (!value) return "–";
  const text = decimal(value.amount, value.token?.decimals);
  const [whole, fraction] = text.split(".");
  const shown = fraction === undefined ? whole : `${whole}.${fraction.padEnd(2, "0")}`;
  return `${shown} ${value.token?.symbol ?? "units"}`;
}

/** What a license and its use cost, in words. */
export function price(terms) {
  if (!terms) return "unknown";
  if (terms.isFree) return "Free";
  const flat = BigInt(terms.flatPrice.amount) > 0n ? `${money(terms.flatPrice)} a license` : null;
  const scales = { RECORD: [1000n, "thousand records"], TOKEN: [1_000_000n, "million tokens"], BYTE: [1_000_000_000n, "gigabyte"] };
  const scale = scales[terms.unit];
  const unit = scale && BigInt(terms.unitPrice.amount) > 0n
    ? `${money({ ...terms.unitPrice, amount: String(BigInt(terms.unitPrice.amount) * scale[0]) })} per ${scale[1]}`
    : null;
  return [flat, unit].filter(Boolean).join(" + ");
}

/** Bytes in the unit that reads best. */
export function bytes(size) {
  let value = Number(size);
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (value < 1000) return `${value < 10 && unit !== "B" ? value.toFixed(1) : Math.round(value)}${THIN}${unit}`;
    value /= 1000;
  }
  return `${value.toFixed(1)}${THIN}TB`;
}

/** Parts per million as a percentage. */
export function share(ppm) {
  return `${Number((ppm / 10_000).toFixed(4))}${THIN}%`;
}

/** A long hex text by its ends. */
export function short(hex) {
  return hex && hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : (hex ?? "–");
}

/** A text whose hashes are cut to their ends. */
export function shortened(text) {
  return text.replaceAll(/0x[0-9a-f]{20,64}/g, short);
}

/** A content id by its ends. */
export function shortCid(cid) {
  return `${cid.slice(0, 7)}…${cid.slice(-5)}`;
}

/** An enum value in words. */
export function words(value) {
  return value.toLowerCase().replaceAll("_", " ");
}

/** A time in the reader's zone. */
export function time(text) {
  if (!text) return "–";
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}

/** "1 shard", "2 shards". */
export function count(number, noun) {
  return `${grouped(number)} ${noun}${Number(number) === 1 ? "" : "s"}`;
}
