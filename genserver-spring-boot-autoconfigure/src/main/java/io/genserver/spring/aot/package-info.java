/**
 * Processing ahead of time: what a build writes and registers for applications with
 * servers. {@link io.genserver.spring.aot.ContractHints} is for applications, the rest is
 * internal.
 */
@NullMarked
package io.genserver.spring.aot;

import org.jspecify.annotations.NullMarked;
