/**
 * Internal: what belongs to a thread, such as a trace, goes with a message. The only
 * package that names the context-propagation library.
 */
@NullMarked
package io.genserver.spring.propagation;

import org.jspecify.annotations.NullMarked;
