/** Bytes that {@link copy} may write behind what it was given: whoever calls it sees to the room. */
export const OVERRUN: usize = 16;

/** Copies bytes 16 at a time: short runs cost a few instructions, where `memory.copy` is a call. */
@inline export function copy(into: usize, from: usize, length: usize): void {
  if (length > 512) {
    memory.copy(into, from, length);
    return;
  }
  for (let i: usize = 0; i < length; i += 16) v128.store(into + i, v128.load(from + i));
}
