import { readFile } from "node:fs/promises";
import { vegaDataFile } from "./vega-data.ts";

/** One airport of `airports.csv`. */
export interface Airport {
  /** The code that flights name. */
  readonly iata: string;
  readonly name: string;
  /** `NA` where the data doesn't say. */
  readonly city: string;
  /** Two letters; `NA` where the data doesn't say or the country has none. */
  readonly state: string;
  readonly country: string;
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
}

const COLUMNS = ["iata", "name", "city", "state", "country", "latitude", "longitude"] as const;

/**
 * Loads the airports by their code.
 *
 * @param path A CSV file with the columns of {@link Airport}. Default: that of `vega-datasets`.
 * @throws Error when the file is missing or has other columns.
 */
export async function loadAirports(
  path: string = vegaDataFile("airports.csv"),
): Promise<ReadonlyMap<string, Airport>> {
  const [header, ...records] = parseCsv(await readFile(path, "utf8"));
  if (header?.join() !== COLUMNS.join()) {
    throw new Error(`Cannot read ${path}: columns ${header?.join()} instead of ${COLUMNS.join()}`);
  }
  const airports = new Map<string, Airport>();
  for (const [index, record] of records.entries()) {
    if (record.length !== COLUMNS.length) {
      throw new Error(`Cannot read ${path}: record ${index + 1} has ${record.length} fields`);
    }
    const [iata, name, city, state, country, latitude, longitude] = record as [
      ...[string, string, string, string, string, string, string],
    ];
    const place = { iata, name, city, state, country };
    airports.set(iata, { ...place, latitude: Number(latitude), longitude: Number(longitude) });
  }
  return airports;
}

/**
 * Splits CSV text (RFC 4180) into records of fields.
 *
 * Quoted fields may hold commas, line ends and doubled quotes. CRLF and LF end a record, empty
 * lines give none, and a byte order mark is dropped.
 *
 * @param text The whole file.
 * @throws Error when a quoted field isn't closed or goes on behind its closing quote.
 */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  // Sticky: each match is one field and what ends it, and nothing may lie between two matches.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  field.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;

  while (field.lastIndex < text.length || record.length > 0) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null)
      throw new Error(`Cannot parse CSV: misplaced quote or line end after character ${at}`);
    const [, quoted, plain = "", end] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    const blank = record.length === 1 && quoted === undefined && plain === "";
    if (!blank) records.push(record);
    record = [];
  }
  return records;
}
