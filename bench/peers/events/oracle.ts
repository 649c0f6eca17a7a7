import { readFileSync } from "node:fs";
import type { Aggregate, Kind, Rejects } from "./peer.ts";
import { noRejects } from "./peer.ts";

/** The answer to an input by other means: everything at once, nothing shared with a peer, nothing fast. */
export interface Expected {
  readonly rowsIn: number;
  readonly rejects: Rejects;
  /** Parsed lines of the output. */
  readonly records: readonly object[];
  /** Sorted. */
  readonly aggregates: readonly Aggregate[];
}

type Json = Record<string, unknown>;

/** Where the scenarios have what the stages read. */
const READ: Readonly<Record<Kind, (record: Json) => Record<string, unknown>>> = {
  events: (record) => record,
  letters: (record) => {
    const envelope = objectOf(record.envelope);
    const sender = objectOf(envelope.sender);
    return {
      type: envelope.kind,
      ts: envelope.at,
      userId: sender.key,
      email: sender.mail,
      country: objectOf(sender.place).nation,
      url: record.link,
      amount: record.value,
    };
  },
};

/** Works out what all peers must answer. */
export function expect(kind: Kind, input: string, regions: ReadonlyMap<string, string>): Expected {
  const rejects = noRejects();
  const records: Json[] = [];
  const counted: { ts: number; type: string; region: string; amount: number; userId: string }[] = [];
  let rowsIn = 0;
  for (const bytes of linesOf(readFileSync(input))) {
    const line = decode(bytes);
    if (line !== undefined && /^[ \t\r]*$/.test(line)) continue;
    rowsIn++;
    const record = line === undefined ? undefined : parse(line);
    if (line === undefined) rejects.utf8++;
    else if (record === undefined) rejects.json++;
    else {
      const { type, ts, userId, url, email, country, amount } = READ[kind](record);
      const texts = [type, userId, url, email, country];
      const fits =
        texts.every((text) => typeof text === "string") &&
        typeof ts === "number" &&
        ["number", "string"].includes(typeof amount);
      if (!fits) {
        rejects.schema++;
        continue;
      }
      const clean = {
        email: String(email).trim().toLowerCase(),
        country: String(country).toUpperCase(),
        url: String(url)
          .split("?")[0]!
          .split(/[0-9]+/)
          .join(":id"),
        amount: Number(amount),
      };
      const length = String(type).length;
      const valid =
        length > 0 &&
        length <= 100 &&
        Number.isInteger(ts) &&
        ts > 0 &&
        clean.amount >= 0 &&
        clean.amount <= 1e12 &&
        /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(clean.email) &&
        /^[A-Z]{2}$/.test(clean.country);
      if (!valid) {
        rejects.invalid++;
        continue;
      }
      const region = regions.get(clean.country) ?? "other";
      const added = { region, tier: tierOf(String(userId)), hour: new Date(ts).getUTCHours() };
      const { email: mail, country: nation, url: page, amount: price } = clean;
      records.push({ ...record, ...(kind === "events" ? clean : { mail, nation, page, price }), ...added });
      counted.push({ ts, type: String(type), region, amount: clean.amount, userId: String(userId) });
    }
  }
  const groups = Map.groupBy(counted, ({ ts, type, region }) =>
    JSON.stringify([Math.floor(ts / 60_000) * 60_000, type, region]),
  );
  const aggregates = [...groups].map(([key, rows]): Aggregate => {
    const [start, type, region] = JSON.parse(key) as [number, string, string];
    const amounts = rows.map(({ amount }) => amount);
    return {
      start,
      type,
      region,
      count: rows.length,
      sum: amounts.reduce((sum, amount) => sum + amount, 0),
      max: amounts.reduce((most, amount) => Math.max(most, amount)),
      users: new Set(rows.map(({ userId }) => userId)).size,
    };
  });
  return { rowsIn, rejects, records, aggregates };
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let at = start; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== 0x0a) continue;
    lines.push(bytes.subarray(start, at));
    start = at + 1;
  }
  return lines;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function tierOf(userId: string): string {
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(userId))
    hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  const share = Number(hash % 100n);
  if (share < 5) return "gold";
  return share < 25 ? "silver" : "bronze";
}
