package io.genserver.actuate;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.genserver.DeadLetter;
import io.genserver.DeadLetterListener;
import io.genserver.Envelope;
import io.genserver.GenServerEvent;
import io.genserver.GenServerInterceptor;
import io.genserver.runtime.Server;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import org.springframework.context.event.EventListener;

/**
 * Records what happens to messages. Tags are the server's name, the operation's name and
 * one of a few words, never a key: functions sent through a ref share one operation.
 * <p>
 * Meters are looked up once per server and operation. Recording allocates nothing.
 *
 * @since 0.1.0
 */
public class GenServerMeters implements GenServerInterceptor, DeadLetterListener {

	private final MeterRegistry registry;

	private final boolean timesCalls;

	/** By name. */
	private final Map<String, ServerMeters> servers = new ConcurrentHashMap<>();

	/** By name. */
	private final Map<String, Rejections> rejections = new ConcurrentHashMap<>();

	/**
	 * Create meters.
	 * @param registry where the meters are registered, each when it is first needed
	 */
	public GenServerMeters(MeterRegistry registry) {
		this(registry, true);
	}

	/**
	 * Create meters.
	 * @param registry where the meters are registered, each when it is first needed
	 * @param timesCalls whether to time calls; they are timed already where they are
	 * observed
	 */
	public GenServerMeters(MeterRegistry registry, boolean timesCalls) {
		this.registry = registry;
		this.timesCalls = timesCalls;
	}

	/**
	 * Register what a server shows before its first message.
	 * @param server the server
	 */
	public void observe(Server server) {
		meters(server.name());
		Gauge.builder("genserver.mailbox.depth", server, Server::mailboxDepth)
			.description("Messages in the mailbox, or in all mailboxes of a keyed server")
			.baseUnit("messages")
			.tag("server", server.name())
			.register(this.registry);
	}

	@Override
	public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
		meters(envelope.server()).wait.record(envelope.waited().toNanos(), TimeUnit.NANOSECONDS);
		return invocation.proceed();
	}

	@Override
	public void ended(Envelope envelope, @Nullable Throwable failure) {
		if (this.timesCalls && !envelope.isCast()) {
			meters(envelope.server()).calls(envelope.operation())
				.timer(Outcome.of(envelope.server(), failure))
				.record(envelope.age().toNanos(), TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void repliedLate(Envelope envelope) {
		meters(envelope.server()).lateReplies.increment();
	}

	/**
	 * Count a restart.
	 * @param event what happened to a server
	 */
	@EventListener
	public void happened(GenServerEvent event) {
		if (event.kind() == GenServerEvent.Kind.RESTARTED) {
			meters(event.server()).restarts.increment();
		}
	}

	@Override
	public void onDeadLetter(DeadLetter deadLetter) {
		Rejections known = this.rejections.get(deadLetter.server());
		if (known == null) {
			known = this.rejections.computeIfAbsent(deadLetter.server(), Rejections::new);
		}
		known.counter(deadLetter.reason()).increment();
	}

	private ServerMeters meters(String server) {
		ServerMeters known = this.servers.get(server);
		return (known != null) ? known : this.servers.computeIfAbsent(server, ServerMeters::new);
	}

	/** The meters of one server. */
	private final class ServerMeters {

		private final String name;

		private final Timer wait;

		private final Counter lateReplies;

		private final Counter restarts;

		private final Map<String, OperationMeters> operations = new ConcurrentHashMap<>();

		ServerMeters(String server) {
			this.name = server;
			this.wait = Timer.builder("genserver.mailbox.wait")
				.description("Time messages spent in the mailbox before they were handled")
				.tag("server", this.name)
				.register(GenServerMeters.this.registry);
			this.lateReplies = Counter.builder("genserver.replies.late")
				.description("Replies that came after their caller had given up")
				.tag("server", this.name)
				.register(GenServerMeters.this.registry);
			this.restarts = Counter.builder("genserver.restarts")
				.description("How often the server, or an instance of it, went on anew")
				.tag("server", this.name)
				.register(GenServerMeters.this.registry);
		}

		OperationMeters calls(String operation) {
			OperationMeters known = this.operations.get(operation);
			return (known != null) ? known
					: this.operations.computeIfAbsent(operation, (added) -> new OperationMeters(this.name, added));
		}

	}

	/** The calls of one operation, by outcome. */
	private final class OperationMeters {

		private final String server;

		private final String operation;

		private final AtomicReferenceArray<@Nullable Timer> timers = new AtomicReferenceArray<>(
				Outcome.values().length);

		OperationMeters(String server, String operation) {
			this.server = server;
			this.operation = operation;
		}

		Timer timer(Outcome outcome) {
			Timer known = this.timers.get(outcome.ordinal());
			return (known != null) ? known : register(outcome);
		}

		private Timer register(Outcome outcome) {
			// The registry gives the same timer to all who ask at once.
			Timer timer = Timer.builder("genserver.calls")
				.description("Time from a caller's send to the end of its call")
				.tag("server", this.server)
				.tag("operation", this.operation)
				.tag("outcome", outcome.tag())
				.register(GenServerMeters.this.registry);
			this.timers.set(outcome.ordinal(), timer);
			return timer;
		}

	}

	/** What was refused or discarded by one server, by reason. */
	private final class Rejections {

		private final String server;

		private final AtomicReferenceArray<@Nullable Counter> counters = new AtomicReferenceArray<>(
				DeadLetter.Reason.values().length);

		Rejections(String server) {
			this.server = server;
		}

		Counter counter(DeadLetter.Reason reason) {
			Counter known = this.counters.get(reason.ordinal());
			return (known != null) ? known : register(reason);
		}

		private Counter register(DeadLetter.Reason reason) {
			Counter counter = Counter.builder("genserver.mailbox.rejected")
				.description("Messages that were refused or discarded")
				.baseUnit("messages")
				.tag("server", this.server)
				.tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.register(GenServerMeters.this.registry);
			this.counters.set(reason.ordinal(), counter);
			return counter;
		}

	}

}
