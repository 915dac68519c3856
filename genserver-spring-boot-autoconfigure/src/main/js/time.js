/** The clock and its timers. */

import { MAX_INT } from './constants.js';

export const now = () => performance.now();

/** A longer delay than timers can count ends early, after 24 days. */
export const later = (task, delay) => setTimeout(task, Math.min(delay, MAX_INT));
