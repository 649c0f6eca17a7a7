import { emailOf, hourOf, isPossible, pageOf, type Tier, tierOf } from "./rules.ts";
import type { Stages } from "./stages.ts";

/** Fields of a letter that the stages read or write; there are others, which are written as they came. */
export interface LetterRecord {
  readonly envelope: {
    readonly kind: string;
    readonly at: number;
    readonly sender: {
      readonly key: string;
      readonly mail: string;
      readonly place: { readonly nation: string };
    };
  };
  readonly link: string;
  readonly value: number | string;
  mail?: string;
  nation?: string;
  page?: string;
  price?: number;
  region?: string;
  tier?: Tier;
  hour?: number;
}

type Partly<T> = { readonly [K in keyof T]?: T[K] extends object ? Partly<T[K]> | null : T[K] };

/** The stages of `letters`: what they make stands beside what came in. */
export function letterStages(regions: ReadonlyMap<string, string>): Stages<LetterRecord> {
  return {
    fits: isLetter,
    normalise(record) {
      const { sender } = record.envelope;
      record.mail = emailOf(sender.mail);
      record.nation = sender.place.nation.toUpperCase();
      record.page = pageOf(record.link);
      record.price = Number(record.value);
      return record;
    },
    isValid({ envelope, price, mail, nation }) {
      return isPossible(envelope.kind, envelope.at, price as number, mail as string, nation as string);
    },
    enrich(record) {
      record.region = regions.get(record.nation as string) ?? "other";
      record.tier = tierOf(record.envelope.sender.key);
      record.hour = hourOf(record.envelope.at);
      return record;
    },
    count({ envelope, region, price }, windows) {
      windows.add(envelope.at, envelope.kind, region as string, price as number, envelope.sender.key);
    },
  };
}

/** Whether a parsed line has the fields of a letter, each of its type. */
export function isLetter(value: object): value is LetterRecord {
  const { envelope, link, value: price } = value as Partly<LetterRecord>;
  const sender = envelope?.sender;
  return (
    typeof envelope?.kind === "string" &&
    typeof envelope.at === "number" &&
    typeof sender?.key === "string" &&
    typeof sender.mail === "string" &&
    typeof sender.place?.nation === "string" &&
    typeof link === "string" &&
    (typeof price === "number" || typeof price === "string")
  );
}
