/**
 * Internal: the engine. Not for applications, which see it through {@code io.genserver};
 * public where another package of this project needs it.
 * <p>
 * <b>How a message travels.</b> A contract proxy or a {@code LocalRef} turns an
 * invocation into a {@link io.genserver.runtime.message.Message} (a cast, or a
 * {@link io.genserver.runtime.message.CallMessage} that is also the cell its reply
 * arrives in) and gives it to a {@link io.genserver.runtime.cell.ServerCell}. The cell
 * puts it into its {@link io.genserver.runtime.mailbox.Mailbox}; if the cell was idle it
 * is handed to the {@link io.genserver.runtime.scheduling.Scheduler}, which runs it on a
 * worker: the cell takes its messages one by one, a bounded number per <em>turn</em>, and
 * invokes the operation of each on the instance. The result goes straight into the call,
 * whose waiting thread, future or connection is notified.
 * <p>
 * Time and threads come from the {@link io.genserver.runtime.scheduling.Scheduler} alone,
 * so that everything here runs in virtual time under a seeded scheduler too. Nothing in
 * this package knows Spring, Reactor or the wire.
 */
@NullMarked
package io.genserver.runtime;

import org.jspecify.annotations.NullMarked;
