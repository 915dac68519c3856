/**
 * Internal: what is sent to a server, and how it ends. A cast, or a
 * {@link io.genserver.runtime.message.CallMessage} that is also the cell its reply
 * arrives in; what interceptors see of them, how they are refused, and the futures in the
 * hands of callers. Knows where a message is sent as a
 * {@link io.genserver.runtime.message.Recipient}, and no turns.
 */
@NullMarked
package io.genserver.runtime.message;

import org.jspecify.annotations.NullMarked;
