import { type } from "arktype";
import { collect, csv, from } from "millrace";
import { readFiles } from "millrace/files";
import { vegaDataFile } from "./vega-data.ts";

/**
 * One airport of `airports.csv`. Text that the data doesn't have is the text `NA`: so for the city and state of a few
 * airports abroad.
 */
const Airport = type({
  /** The code that flights name. */
  iata: "string",
  name: "string",
  city: "string",
  /** Two letters. */
  state: "string",
  country: "string",
  /** Degrees north. */
  latitude: "number",
  /** Degrees east. */
  longitude: "number",
});
export type Airport = typeof Airport.infer;

/**
 * Loads the airports by their code.
 *
 * @param path A CSV file with the columns of {@link Airport}. Default: that of `vega-datasets`.
 * @throws Error when the file is missing, or a record of it is not an airport.
 */
export async function loadAirports(
  path: string = vegaDataFile("airports.csv"),
): Promise<ReadonlyMap<string, Airport>> {
  const airports = await collect(from(readFiles(path), csv(Airport)), { name: "airports" });
  return new Map(airports.map((airport) => [airport.iata, airport]));
}
