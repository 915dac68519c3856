/**
 * Internal: the bounded queue of one server instance, and the senders that wait for room
 * in it. Knows entries and their states, not what they carry: a
 * {@link io.genserver.runtime.mailbox.MailboxEntry} is what the messages of the engine
 * extend.
 */
@NullMarked
package io.genserver.runtime.mailbox;

import org.jspecify.annotations.NullMarked;
