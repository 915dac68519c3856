/**
 * Internal: servers that live in another process, as beans of this one. Bean definitions
 * only; what connects is the client.
 */
@NullMarked
package io.genserver.spring.remote;

import org.jspecify.annotations.NullMarked;
