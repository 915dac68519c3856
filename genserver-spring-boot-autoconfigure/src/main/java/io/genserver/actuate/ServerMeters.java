package io.genserver.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

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
			gauge(server, "genserver.mailbox.depth", "messages",
					"Messages in the mailbox, or in all mailboxes of a keyed server", Server::mailboxDepth);
			gauge(server, "genserver.mailbox.deepest", "messages",
					"Messages in the mailbox, or in the fullest mailbox of a keyed server", Server::deepestMailbox);
			gauge(server, "genserver.instances", null, "Live instances of the server", Server::liveInstances);
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

	private void gauge(Server server, String name, @Nullable String unit, String description,
			ToDoubleFunction<Server> value) {
		this.registered.add(Gauge.builder(name, server, value)
			.description(description)
			.baseUnit(unit)
			.tag("server", this.name)
			.register(this.registry));
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
		// The registry gives the same timer to all who ask at once.
		return register(
				() -> Timer.builder("genserver.calls")
					.description("Time from a caller's send to the end of its call")
					.tag("server", this.name)
					.tag("operation", meters.operation)
					.tag("outcome", outcome.tag())
					.register(this.registry),
				(timer) -> meters.timers.set(outcome.ordinal(), timer),
				(other) -> other.calls(meters.operation, outcome));
	}

	/** Failures of handlers, constructors and streams. */
	Counter failures(String operation) {
		Counter known = this.failures.get(operation);
		return (known != null) ? known : registerFailures(operation);
	}

	private Counter registerFailures(String operation) {
		return register(
				() -> Counter.builder("genserver.failures")
					.description("Failures of handlers, timers, constructors and streams")
					.tag("server", this.name)
					.tag("operation", operation)
					.register(this.registry),
				(counter) -> this.failures.put(operation, counter), (other) -> other.failures(operation));
	}

	/** Messages that were refused or discarded. */
	Counter rejected(DeadLetter.Reason reason) {
		Counter known = this.rejections.get(reason.ordinal());
		return (known != null) ? known : registerRejected(reason);
	}

	private Counter registerRejected(DeadLetter.Reason reason) {
		return register(
				() -> Counter.builder("genserver.mailbox.rejected")
					.description("Messages that were refused or discarded")
					.baseUnit("messages")
					.tag("server", this.name)
					.tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
					.register(this.registry),
				(counter) -> this.rejections.set(reason.ordinal(), counter), (other) -> other.rejected(reason));
	}

	/** Register a meter and keep it, or take that of the successor. */
	private <M extends Meter> M register(Supplier<M> meter, Consumer<M> keep, Function<ServerMeters, M> ofSuccessor) {
		synchronized (this) {
			if (!this.removed) {
				M made = meter.get();
				keep.accept(made);
				this.registered.add(made);
				return made;
			}
		}
		return ofSuccessor.apply(this.successor.get());
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
