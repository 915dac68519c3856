package io.genserver.actuate;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.genserver.DeadLetter;
import io.genserver.DeadLetterListener;
import io.genserver.Envelope;
import io.genserver.GenServerEvent;
import io.genserver.GenServerInterceptor;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerWatcher;
import io.genserver.time.Durations;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.context.event.EventListener;

/**
 * Records what happens to messages. Tags are the server's name, the operation's name and
 * one of a few words, never a key: functions sent through a ref share one operation.
 * <p>
 * Meters are looked up once per server and operation. Recording allocates nothing.
 */
public class GenServerMeters implements GenServerInterceptor, DeadLetterListener {

	/** Tag of what is recorded for servers that were started at run time and stopped. */
	private static final String FORMER = "(stopped)";

	private final MeterRegistry registry;

	private final boolean timesCalls;

	/** By name. */
	private final Map<String, ServerMeters> servers = new ConcurrentHashMap<>();

	private volatile @Nullable GenServerRuntime runtime;

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
	 * Register what servers show before their first message: those there are, and those
	 * that are started at run time, whose meters are removed once they have stopped.
	 * @param servers the servers; nothing happens the second time
	 */
	public synchronized void follow(GenServerRuntime servers) {
		if (this.runtime != null) {
			return;
		}
		this.runtime = servers;
		FunctionCounter.builder("genserver.turns.recovered", servers, GenServerRuntime::recoveredTurns)
			.description("How often a server did not go on after an error, and was found and run")
			.register(this.registry);
		servers.watch(new ServerWatcher() {

			@Override
			public void added(Server server) {
				observe(server);
			}

			@Override
			public void failed(Server server, String operation) {
				meters(server.name()).failures(operation).increment();
			}

			@Override
			public void removed(Server server) {
				forget(server.name());
			}

		});
		servers.servers().forEach(this::observe);
	}

	private void observe(Server server) {
		meters(server.name()).show(server);
	}

	private void forget(String server) {
		ServerMeters known = this.servers.remove(server);
		if (known != null) {
			known.remove();
		}
		if (!this.timesCalls) {
			// What was observed is recorded by a handler that never forgets.
			this.registry.find(CallObservationConvention.NAME)
				.tag("server", server)
				.meters()
				.forEach(this.registry::remove);
		}
	}

	@Override
	public void starting(Envelope envelope) {
		meters(envelope.server()).waited().record(Durations.nanos(envelope.waited()), TimeUnit.NANOSECONDS);
	}

	@Override
	public void ended(Envelope envelope, @Nullable Throwable failure) {
		if (this.timesCalls && !envelope.isCast()) {
			meters(envelope.server()).calls(envelope.operation(), Outcome.of(envelope.server(), failure))
				.record(Durations.nanos(envelope.age()), TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void repliedLate(Envelope envelope) {
		meters(envelope.server()).lateReplies().increment();
	}

	/**
	 * Count a restart.
	 * @param event what happened to a server
	 */
	@EventListener
	public void happened(GenServerEvent event) {
		if (event.kind() == GenServerEvent.Kind.RESTARTED) {
			meters(event.server()).restarts().increment();
		}
	}

	@Override
	public void onDeadLetter(DeadLetter deadLetter) {
		meters(deadLetter.server()).rejected(deadLetter.reason()).increment();
	}

	private ServerMeters meters(String server) {
		ServerMeters known = this.servers.get(server);
		return (known != null) ? known : make(server);
	}

	/**
	 * A server is unknown to the runtime before its meters are removed here. So meters
	 * that are added for a server found to be known, while this map is locked for its
	 * name, are removed later.
	 */
	private ServerMeters make(String server) {
		ServerMeters made = this.servers.computeIfAbsent(server, (name) -> isKnown(name) ? create(name) : null);
		return (made != null) ? made : former();
	}

	private boolean isKnown(String server) {
		GenServerRuntime known = this.runtime;
		return known == null || known.find(server) != null;
	}

	private ServerMeters create(String name) {
		return new ServerMeters(this.registry, name, this::former);
	}

	private ServerMeters former() {
		return this.servers.computeIfAbsent(FORMER, this::create);
	}

}
