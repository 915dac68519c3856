/**
 * Internal: threads and time. Runs tasks on few workers that blocking handlers do not use
 * up, lets threads wait and wakes them, and notices deadlines, slow handlers and senders
 * that wait for room. Knows tasks, not servers or messages: what it needs to know of
 * these is asked through the small interfaces here, which is why everything above can run
 * in virtual time under another {@link io.genserver.runtime.scheduling.Scheduler}.
 */
@NullMarked
package io.genserver.runtime.scheduling;

import org.jspecify.annotations.NullMarked;
