package io.genserver.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

import io.genserver.DeadLetter;
import io.genserver.ServerState;
import io.genserver.runtime.Server;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one server. Each is registered under the lock of this object, so that
 * none is registered after {@link #remove()} has removed all.
 */
final class ServerMeters {

	private final MeterRegistry registry;

	private final String name;

	/** What is recorded after the removal goes there. */
	private final Supplier<ServerMeters> successor;

	private final Timer wait;

	private final Counter lateReplies;

	private final Counter restarts;

	private final Map<String, OperationMeters> operations = new ConcurrentHashMap<>();

	private final Map<String, Counter> failures = new ConcurrentHashMap<>();

	private final AtomicReferenceArray<@Nullable Counter> rejections = new AtomicReferenceArray<>(
			DeadLetter.Reason.values().length);

	/** Guarded by this. */
	private final List<Meter> registered = new ArrayList<>();

	/** Guarded by this. */
	private boolean removed;

	ServerMeters(MeterRegistry registry, String server, Supplier<ServerMeters> successor) {
		this.registry = registry;
		this.name = server;
		this.successor = successor;
		this.wait = Timer.builder("genserver.mailbox.wait")
			.description("Time messages spent in the mailbox before they were handled")
			.tag("server", server)
			.register(registry);
		this.lateReplies = Counter.builder("genserver.replies.late")
			.description("Replies that came after their caller had given up")
			.tag("server", server)
			.register(registry);
		this.restarts = Counter.builder("genserver.restarts")
			.description("How often the server, or an instance of it, restarted")
			.tag("server", server)
			.register(registry);
		this.registered.addAll(List.of(this.wait, this.lateReplies, this.restarts));
	}

	Timer waited() {
		return this.wait;
	}

	Counter lateReplies() {
		return this.lateReplies;
	}

	Counter restarts() {
		return this.restarts;
	}

	/** Show what the server itself counts. */
	synchronized void show(Server server) {
		if (!this.removed) {
			this.registered.add(Gauge.builder("genserver.mailbox.depth", server, Server::mailboxDepth)
				.description("Messages in the mailbox, or in all mailboxes of a keyed server")
				.baseUnit("messages")
				.tag("server", this.name)
				.register(this.registry));
			this.registered.add(Gauge.builder("genserver.mailbox.deepest", server, Server::deepestMailbox)
				.description("Messages in the mailbox, or in the fullest mailbox of a keyed server")
				.baseUnit("messages")
				.tag("server", this.name)
				.register(this.registry));
			this.registered.add(Gauge.builder("genserver.instances", server, Server::liveInstances)
				.description("Live instances of the server")
				.tag("server", this.name)
				.register(this.registry));
			for (ServerState state : ServerState.values()) {
				this.registered.add(Gauge.builder("genserver.state", server, (each) -> (each.state() == state) ? 1 : 0)
					.description("1 for the state that the server is in, 0 for the others")
					.tag("server", this.name)
					.tag("state", state.name().toLowerCase(Locale.ROOT))
					.register(this.registry));
			}
			this.registered.add(FunctionCounter.builder("genserver.replies.abandoned", server, Server::abandonedReplies)
				.description("Futures that handlers returned and that the server stopped waiting for")
				.tag("server", this.name)
				.register(this.registry));
		}
	}

	/** Time from a caller's send to the end of its call. */
	Timer calls(String operation, Outcome outcome) {
		OperationMeters known = this.operations.get(operation);
		if (known == null) {
			known = this.operations.computeIfAbsent(operation, OperationMeters::new);
		}
		Timer timer = known.timers.get(outcome.ordinal());
		return (timer != null) ? timer : registerCalls(known, outcome);
	}

	private Timer registerCalls(OperationMeters meters, Outcome outcome) {
		synchronized (this) {
			if (!this.removed) {
				// The registry gives the same timer to all who ask at once.
				Timer timer = Timer.builder("genserver.calls")
					.description("Time from a caller's send to the end of its call")
					.tag("server", this.name)
					.tag("operation", meters.operation)
					.tag("outcome", outcome.tag())
					.register(this.registry);
				meters.timers.set(outcome.ordinal(), timer);
				this.registered.add(timer);
				return timer;
			}
		}
		return this.successor.get().calls(meters.operation, outcome);
	}

	/** Failures of handlers, constructors and streams. */
	Counter failures(String operation) {
		Counter known = this.failures.get(operation);
		return (known != null) ? known : registerFailures(operation);
	}

	private Counter registerFailures(String operation) {
		synchronized (this) {
			if (!this.removed) {
				Counter counter = Counter.builder("genserver.failures")
					.description("Failures of handlers, timers, constructors and streams")
					.tag("server", this.name)
					.tag("operation", operation)
					.register(this.registry);
				this.failures.put(operation, counter);
				this.registered.add(counter);
				return counter;
			}
		}
		return this.successor.get().failures(operation);
	}

	/** Messages that were refused or discarded. */
	Counter rejected(DeadLetter.Reason reason) {
		Counter known = this.rejections.get(reason.ordinal());
		return (known != null) ? known : registerRejected(reason);
	}

	private Counter registerRejected(DeadLetter.Reason reason) {
		synchronized (this) {
			if (!this.removed) {
				Counter counter = Counter.builder("genserver.mailbox.rejected")
					.description("Messages that were refused or discarded")
					.baseUnit("messages")
					.tag("server", this.name)
					.tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
					.register(this.registry);
				this.rejections.set(reason.ordinal(), counter);
				this.registered.add(counter);
				return counter;
			}
		}
		return this.successor.get().rejected(reason);
	}

	/** Remove all from the registry; nothing is registered any more. */
	synchronized void remove() {
		this.removed = true;
		this.registered.forEach(this.registry::remove);
		this.registered.clear();
	}

	/** The timers of one operation, by outcome. */
	private static final class OperationMeters {

		private final String operation;

		private final AtomicReferenceArray<@Nullable Timer> timers = new AtomicReferenceArray<>(
				Outcome.values().length);

		OperationMeters(String operation) {
			this.operation = operation;
		}

	}

}
