/**
 * Background services: work that goes on outside of servers, one unit at a time, until it
 * is done or cancelled.
 * <p>
 * A {@link io.genserver.background.BackgroundService} does one unit of work per
 * {@link io.genserver.background.Step};
 * {@link io.genserver.background.BackgroundServices} spawns it on a thread of its own,
 * hands its items to its consumer, restarts it when it throws, and cancels it through a
 * {@link io.genserver.background.CancellationToken}.
 * <p>
 * Time, threads and chance come from a {@link io.genserver.background.ServiceEnvironment}
 * alone. Nothing in this package knows Spring; beans are found and started elsewhere.
 */
@NullMarked
package io.genserver.background;

import org.jspecify.annotations.NullMarked;
