/** Smallest number of slots that columns are made for. */
const FEWEST = 16;

/** Number of slots to have when `slots` are needed: doubles, so that growing costs the same per slot. */
export function roomFor(slots: number, room: number): number {
  let next = Math.max(room, FEWEST);
  while (next < slots) next *= 2;
  return next;
}

/** The same column with room for more slots; itself when it has that already. */
export function grown<Column extends Float64Array | Int32Array | Uint32Array | Uint8Array>(
  column: Column,
  slots: number,
): Column {
  if (column.length >= slots) return column;
  const larger = new (column.constructor as new (length: number) => Column)(roomFor(slots, column.length));
  larger.set(column);
  return larger;
}
