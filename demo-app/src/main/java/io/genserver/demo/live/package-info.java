/**
 * What the page shows beside the board: who is here, and what the servers are doing.
 */
@NullMarked
package io.genserver.demo.live;

import org.jspecify.annotations.NullMarked;
