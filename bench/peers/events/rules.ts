const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const COUNTRY = /^[A-Z]{2}$/;
const DIGITS = /[0-9]+/g;
/** So that what is not finite is out, too. */
const AMOUNT_MAX = 1_000_000_000_000;
const HOUR_ms = 3_600_000;
const encoder = new TextEncoder();

/** How good a customer somebody is. */
export type Tier = "gold" | "silver" | "bronze";

/** An address as it is compared. */
export function emailOf(text: string): string {
  return text.trim().toLowerCase();
}

/** Which page a URL shows: no query, no numbers. */
export function pageOf(url: string): string {
  const query = url.indexOf("?");
  return (query < 0 ? url : url.slice(0, query)).replace(DIGITS, ":id");
}

/** Whether a record is possible, once it is normalised. */
export function isPossible(
  type: string,
  ts: number,
  amount: number,
  email: string,
  country: string,
): boolean {
  return (
    type.length >= 1 &&
    type.length <= 100 &&
    Number.isInteger(ts) &&
    ts > 0 &&
    amount >= 0 &&
    amount <= AMOUNT_MAX &&
    EMAIL.test(email) &&
    COUNTRY.test(country)
  );
}

/** Hour of the day. */
export function hourOf(ts: number): number {
  return Math.floor(ts / HOUR_ms) % 24;
}

/** Tier by a hash of the user: 32-bit FNV-1a over UTF-8. */
export function tierOf(userId: string): Tier {
  const share = (hashOf(userId) >>> 0) % 100;
  return share < 5 ? "gold" : share < 25 ? "silver" : "bronze";
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return hashOfBytes(encoder.encode(text));
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return hash;
}

function hashOfBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
