/**
 * Internal: benchmarks that compare servers with their peers in the same run. What they
 * have in common: every fork runs one side only, both sides as an application gets them
 * without any setting, sending from the same threads, doing the same work per message,
 * and an operation counts when it is done, not when it is sent. Here is nothing that the
 * project's own code or tests use.
 */
@NullMarked
package io.genserver.jmh;

import org.jspecify.annotations.NullMarked;
