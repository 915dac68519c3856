/**
 * Benchmarks against peers, measured in the same run. An operation is a message that was
 * handled, never one that was merely sent; ours run with all semantics on, at their
 * defaults; the peers are used as their documentation shows, with their defaults.
 */
package io.genserver.jmh;
