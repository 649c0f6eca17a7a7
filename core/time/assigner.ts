/**
 * Says to which span of time a row belongs. `window` asks nothing else of it, so that another kind of window is
 * another file in this folder:
 *
 * - *calendar days*: `start` and `end` look the time zone's rules up; `longest_ms` is 25 h.
 * - *hopping*: `start` and `end` give panes as long as the greatest common divisor of size and slide, and an
 *   optional `covering(start_ms)` names the windows that a pane is part of. Panes are merged by
 *   {@link Accumulators.merge} when a window closes, so that a row costs the same for any size and slide.
 * - *session* and *count*: their spans depend on a key's rows. Such an assigner gives spans of its own lists of
 *   groups, by an optional `open()` that makes what keeps them; `window` takes `start` and `end` where it is absent.
 */
export interface Assigner {
  /** `"tumbling"`, for instance. */
  readonly kind: string;
  /** In words, for `describe`: `"tumbling 1 h"`. */
  readonly text: string;
  /** Longest span that it gives, in milliseconds. */
  readonly longest_ms: number;
  /**
   * Start of the span that holds a time.
   *
   * @param time_ms Epoch milliseconds within ±8.64e15, with or without a fraction.
   */
  readonly start: (time_ms: number) => number;
  /** End of the span that begins at `start_ms`: the first millisecond behind it. */
  readonly end: (start_ms: number) => number;
}
