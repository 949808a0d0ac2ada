/* How long to wait before trying again. */

/** Milliseconds after so many `failures`: doubling from `first` to `longest`, the second half of it by chance, so that
 * not everybody comes back at once. */
export function backoff(failures, first, longest = 30_000) {
  return Math.min(first * 2 ** failures, longest) * (0.5 + Math.random() / 2);
}
