/**
 * Where the record under way is no JSON; 0 while nothing has been found, or only what JavaScript must judge: an escaped
 * name, a number that cannot be told exactly. Bytes that are no UTF-8 are looked for afterwards.
 */
export let wrongAt: usize = 0;

/** A record begins. */
@inline export function clearWrong(): void {
  wrongAt = 0;
}

/** Notes the place, and gives what every scan of a value gives then. */
export function wrong(at: usize): usize {
  wrongAt = at;
  return 0;
}
