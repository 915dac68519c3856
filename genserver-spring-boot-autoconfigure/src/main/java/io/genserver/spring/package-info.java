/**
 * Internal: how beans become servers. Bean definitions annotated
 * {@link io.genserver.GenServer} are found and replaced by proxies, instances are made
 * and destroyed through the bean factory, and the engine's life is tied to the context's.
 * Nothing in here runs a message, reads a property or knows the wire.
 */
@NullMarked
package io.genserver.spring;

import org.jspecify.annotations.NullMarked;
