/** The clock and its timers. */

/** The largest number of 31 bits: of an id, and the longest delay that timers count. */
export const MAX_INT = 0x7fffffff;

export const now = () => performance.now();

/** A longer delay than timers can count ends early, after 24 days. */
export const later = (task, delay) => setTimeout(task, Math.min(delay, MAX_INT));
