/** Settings of ext mode by their number. */

import { MAX_CALLS, MAX_FRAME, MAX_MESSAGE } from './constants.js';

/** As assumed of a peer that has not sent any. */
export const ASSUMED = [0, 65536, 4 << 20, 16, 65536, 65536, 8192];

export const OURS = [0, MAX_FRAME, MAX_MESSAGE, MAX_CALLS, 256 << 10, 1 << 20, 8192, 25000, 10000];
