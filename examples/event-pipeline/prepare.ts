import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AtomicFile, createAtomicFile, removeAbandoned } from "./atomic-file.ts";
import { type FlightColumns, readFlightColumns } from "./flight-columns.ts";
import { createFlightLines, type FlightLines, LINE_MAX_BYTES } from "./flight-lines.ts";
import { vegaDataFile } from "./vega-data.ts";

/** What {@link prepareFlights} may be told. */
export interface PrepareOptions {
  /** Folder of the six files. Default: `data` at the root of the repository. */
  readonly folder?: string | undefined;
  /** Parquet file. Default: `flights-3m.parquet` of `vega-datasets`. */
  readonly source?: string | undefined;
  /** Reads `source`. Default: the parquet reader. */
  readonly read?: ((source: string) => AsyncIterable<FlightColumns>) | undefined;
  /** Stops the preparation between two row groups and removes what was begun. */
  readonly signal?: AbortSignal | undefined;
  /** Where progress is told; the line that is rewritten only on a terminal. Default: stderr. */
  readonly stderr?: { readonly isTTY?: boolean; write(text: string): unknown } | undefined;
}

/** The six upstream files. */
export interface PreparedFlights {
  /** Absolute paths, `flights-0.ndjson` first. */
  readonly files: readonly string[];
  /** Records in all of them. */
  readonly rows: number;
  /** Bytes in all of them. */
  readonly size_bytes: number;
  /** True when they were there already. */
  readonly reused: boolean;
}

interface Manifest {
  /** Raised whenever the same source would give other lines. */
  readonly format: 1;
  readonly source: { readonly file: string; readonly size_bytes: number };
  readonly files: readonly { readonly file: string; readonly rows: number; readonly size_bytes: number }[];
}

interface Upstream {
  readonly file: AtomicFile;
  readonly lines: FlightLines;
  rows: number;
}

const UPSTREAMS = 6;
const BUFFER_BYTES = 1 << 20;
const MANIFEST = "flights.json";

/**
 * Makes the input of the event pipeline: six NDJSON files, each in time order, split by a hash of
 * the origin so that an airport's flights always come from the same upstream.
 *
 * Does nothing when the manifest, which is written last, fits the source and the files. Each file
 * gets its name only when it is whole and durable.
 *
 * @throws Error when the dataset isn't installed; the signal's reason when it fires.
 */
export async function prepareFlights(options: PrepareOptions = {}): Promise<PreparedFlights> {
  const { folder, source, wanted } = placesOf(options);
  const found = readManifest(join(folder, MANIFEST));
  if (found !== undefined && fits(found, folder, wanted)) return prepared(found, folder, true);

  const started_ms = performance.now();
  mkdirSync(folder, { recursive: true });
  removeAbandoned(folder);
  const manifest: Manifest = { format: 1, source: wanted, files: await convert(source, folder, options) };

  using file = createAtomicFile(join(folder, MANIFEST));
  file.write(new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`));
  await file.commit();

  const result = prepared(manifest, folder, false);
  const seconds = ((performance.now() - started_ms) / 1000).toFixed(1);
  const stderr = options.stderr ?? process.stderr;
  stderr.write(
    `${stderr.isTTY === true ? "\r" : ""}prepared ${result.rows.toLocaleString("en")} flights in ` +
      `${UPSTREAMS} files (${Math.round(result.size_bytes / 1e6)} MB) in ${seconds} s\n`,
  );
  return result;
}

/** The six files, when they have been prepared and are whole. */
export function preparedFiles(
  options: Pick<PrepareOptions, "folder" | "source"> = {},
): readonly string[] | undefined {
  const { folder, wanted } = placesOf(options);
  const found = readManifest(join(folder, MANIFEST));
  return found !== undefined && fits(found, folder, wanted) ? prepared(found, folder, true).files : undefined;
}

function placesOf(options: Pick<PrepareOptions, "folder" | "source">) {
  const folder = options.folder ?? fileURLToPath(new URL("../../data", import.meta.url));
  const source = options.source ?? vegaDataFile("flights-3m.parquet");
  return { folder, source, wanted: { file: basename(source), size_bytes: statSync(source).size } };
}

/**
 * Which upstream an airport's flights come from: 32-bit FNV-1a of the code, modulo six.
 *
 * @param code An airport code in ASCII.
 */
export function upstreamOf(code: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < code.length; i++) hash = Math.imul(hash ^ code.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % UPSTREAMS;
}

async function convert(source: string, folder: string, options: PrepareOptions): Promise<Manifest["files"]> {
  const stderr = options.stderr ?? process.stderr;
  const upstreams: Upstream[] = [];
  try {
    for (let i = 0; i < UPSTREAMS; i++) {
      const file = createAtomicFile(join(folder, `flights-${i}.ndjson`));
      upstreams.push({ file, lines: createFlightLines(BUFFER_BYTES), rows: 0 });
    }

    const byOrigin = new Map<string, Upstream>();
    let done = 0;
    for await (const columns of (options.read ?? readFlightColumns)(source)) {
      options.signal?.throwIfAborted();
      route(columns, upstreams, byOrigin);
      done += columns.date_ms.length;
      if (stderr.isTTY === true) {
        stderr.write(
          `\rpreparing flights: ${done.toLocaleString("en")} of ${columns.total.toLocaleString("en")}`,
        );
      }
    }
    options.signal?.throwIfAborted();

    for (const { file, lines } of upstreams) file.write(lines.bytes());
    // Together: the disk then takes the six files in one sweep.
    await Promise.all(upstreams.map(({ file }) => file.commit()));
    return upstreams.map(({ file, rows }) => ({
      file: basename(file.path),
      rows,
      size_bytes: file.size_bytes,
    }));
  } finally {
    for (const { file } of upstreams) file[Symbol.dispose]();
  }
}

function route(
  columns: FlightColumns,
  upstreams: readonly Upstream[],
  byOrigin: Map<string, Upstream>,
): void {
  const { date_ms, delay, distance, origin, destination } = columns;
  for (let i = 0; i < date_ms.length; i++) {
    const from = origin[i] as string;
    let upstream = byOrigin.get(from);
    if (upstream === undefined) {
      upstream = upstreams[upstreamOf(from)] as Upstream;
      byOrigin.set(from, upstream);
    }
    const { file, lines } = upstream;
    if (lines.length + LINE_MAX_BYTES > BUFFER_BYTES) {
      file.write(lines.bytes());
      lines.clear();
    }
    lines.append(date_ms[i] as number, Number(delay[i]), Number(distance[i]), from, destination[i] as string);
    upstream.rows++;
  }
}

function readManifest(path: string): Manifest | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Manifest;
  } catch {
    // A file that isn't JSON wasn't written here: prepare anew and replace it.
    return undefined;
  }
}

function fits(manifest: Manifest, folder: string, source: Manifest["source"]): boolean {
  if (manifest.format !== 1 || manifest.files?.length !== UPSTREAMS) return false;
  if (manifest.source?.file !== source.file || manifest.source.size_bytes !== source.size_bytes) return false;
  return manifest.files.every(
    ({ file, size_bytes }) => statSync(join(folder, file), { throwIfNoEntry: false })?.size === size_bytes,
  );
}

function prepared(manifest: Manifest, folder: string, reused: boolean): PreparedFlights {
  return {
    files: manifest.files.map(({ file }) => join(folder, file)),
    rows: manifest.files.reduce((sum, { rows }) => sum + rows, 0),
    size_bytes: manifest.files.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    reused,
  };
}

if (import.meta.main) await prepareFlights();
