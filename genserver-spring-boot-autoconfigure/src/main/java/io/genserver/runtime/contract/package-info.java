/**
 * Internal: what a server can be asked to do. Reads contracts, message handlers and
 * timers from classes, invokes their methods, and makes proxies whose methods become
 * messages. Knows operations and where messages go, not servers: a
 * {@link io.genserver.runtime.contract.ContractTarget} sends the messages of a proxy, and
 * an {@link io.genserver.runtime.contract.Invocation} is all that an operation knows of
 * the message it is invoked for.
 */
@NullMarked
package io.genserver.runtime.contract;

import org.jspecify.annotations.NullMarked;
