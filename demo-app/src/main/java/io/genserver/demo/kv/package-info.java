/**
 * A key-value store: one server, no locks.
 */
@NullMarked
package io.genserver.demo.kv;

import org.jspecify.annotations.NullMarked;
