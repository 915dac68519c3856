package io.genserver.autoconfigure.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.ServerSettings.StartFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties of the servers.
 */
@ConfigurationProperties("genserver")
public class GenServerProperties {

	/**
	 * Time a call may take in all: waiting for room, in the mailbox, and running.
	 */
	private Duration callTimeout = Duration.ofSeconds(5);

	/**
	 * Time for which a server waits for a future or Mono that a handler returned, if its
	 * message has no deadline of its own: a cast, a timer, an event. Does not limit a
	 * handler that runs. The call timeout, if not set.
	 */
	private @Nullable Duration handlerTimeout;

	/**
	 * Time a running handler has to end once its server is to stop or to restart; then it
	 * is interrupted. Zero to interrupt at once.
	 */
	private Duration stopGrace = Duration.ofSeconds(1);

	/**
	 * Time after which a running handler is logged, once. Zero for never.
	 */
	private Duration slowHandlerThreshold = Duration.ofSeconds(1);

	/**
	 * Time after which a running handler counts as stuck, which the health of the servers
	 * shows.
	 */
	private Duration stuckHandlerLimit = Duration.ofMinutes(1);

	/**
	 * What becomes of the application when a server cannot start.
	 */
	private StartFailure startFailure = StartFailure.FAIL_APPLICATION;

	/**
	 * What to do about a name under 'genserver.servers' that no server bears when the
	 * application starts, or one under 'genserver.background.services' that no background
	 * service bears. Settings of servers that are only started later need 'warn'.
	 */
	private UnknownServers unknownServers = UnknownServers.FAIL;

	private final Mailbox mailbox = new Mailbox();

	private final Supervision supervision = new Supervision();

	private final Shutdown shutdown = new Shutdown();

	private final Lifecycle lifecycle = new Lifecycle();

	/**
	 * Settings of single servers, by their names. Case, dashes and underscores of a name
	 * do not matter.
	 */
	private final Map<String, Server> servers = new LinkedHashMap<>();

	public Duration getCallTimeout() {
		return this.callTimeout;
	}

	public void setCallTimeout(Duration callTimeout) {
		this.callTimeout = callTimeout;
	}

	public @Nullable Duration getHandlerTimeout() {
		return this.handlerTimeout;
	}

	public void setHandlerTimeout(@Nullable Duration handlerTimeout) {
		this.handlerTimeout = handlerTimeout;
	}

	public Duration getStopGrace() {
		return this.stopGrace;
	}

	public void setStopGrace(Duration stopGrace) {
		this.stopGrace = stopGrace;
	}

	public Duration getSlowHandlerThreshold() {
		return this.slowHandlerThreshold;
	}

	public void setSlowHandlerThreshold(Duration slowHandlerThreshold) {
		this.slowHandlerThreshold = slowHandlerThreshold;
	}

	public Duration getStuckHandlerLimit() {
		return this.stuckHandlerLimit;
	}

	public void setStuckHandlerLimit(Duration stuckHandlerLimit) {
		this.stuckHandlerLimit = stuckHandlerLimit;
	}

	public StartFailure getStartFailure() {
		return this.startFailure;
	}

	public void setStartFailure(StartFailure startFailure) {
		this.startFailure = startFailure;
	}

	public UnknownServers getUnknownServers() {
		return this.unknownServers;
	}

	public void setUnknownServers(UnknownServers unknownServers) {
		this.unknownServers = unknownServers;
	}

	public Mailbox getMailbox() {
		return this.mailbox;
	}

	public Supervision getSupervision() {
		return this.supervision;
	}

	public Shutdown getShutdown() {
		return this.shutdown;
	}

	public Lifecycle getLifecycle() {
		return this.lifecycle;
	}

	public Map<String, Server> getServers() {
		return this.servers;
	}

	/**
	 * What to do about a name that no server bears.
	 */
	public enum UnknownServers {

		/**
		 * The application does not start.
		 */
		FAIL,

		/**
		 * The name is logged.
		 */
		WARN

	}

	/**
	 * Mailboxes of all servers.
	 */
	public static class Mailbox {

		/**
		 * Number of messages that may wait in a mailbox, at least 1.
		 */
		private int capacity = 1024;

		/**
		 * What happens to a cast that meets a full mailbox.
		 */
		private Overflow overflow = Overflow.BLOCK;

		public int getCapacity() {
			return this.capacity;
		}

		public void setCapacity(int capacity) {
			this.capacity = capacity;
		}

		public Overflow getOverflow() {
			return this.overflow;
		}

		public void setOverflow(Overflow overflow) {
			this.overflow = overflow;
		}

	}

	/**
	 * Supervision of all servers.
	 */
	public static class Supervision {

		/**
		 * What becomes of a server when a handler throws an exception. Errors restart the
		 * server, unless this is to stop it.
		 */
		private SupervisionStrategy strategy = SupervisionStrategy.RESUME;

		/**
		 * Number of restarts within the window after which the server has failed.
		 */
		private int maxRestarts = 3;

		/**
		 * Time within which restarts are counted.
		 */
		private Duration window = Duration.ofSeconds(5);

		/**
		 * Strategies for exceptions of certain types, by the name of their class, instead
		 * of the one above. Of several types an exception is of, the most specific
		 * counts.
		 */
		private final Map<String, SupervisionStrategy> exceptions = new LinkedHashMap<>();

		private final Backoff backoff = new Backoff();

		public SupervisionStrategy getStrategy() {
			return this.strategy;
		}

		public void setStrategy(SupervisionStrategy strategy) {
			this.strategy = strategy;
		}

		public int getMaxRestarts() {
			return this.maxRestarts;
		}

		public void setMaxRestarts(int maxRestarts) {
			this.maxRestarts = maxRestarts;
		}

		public Duration getWindow() {
			return this.window;
		}

		public void setWindow(Duration window) {
			this.window = window;
		}

		public Map<String, SupervisionStrategy> getExceptions() {
			return this.exceptions;
		}

		public Backoff getBackoff() {
			return this.backoff;
		}

	}

	/**
	 * Pauses before restarts in a row.
	 */
	public static class Backoff {

		/**
		 * Pause before the first restart in a row; each next one is longer.
		 */
		private Duration initial = Duration.ofMillis(100);

		/**
		 * Longest pause before a restart.
		 */
		private Duration max = Duration.ofSeconds(1);

		public Duration getInitial() {
			return this.initial;
		}

		public void setInitial(Duration initial) {
			this.initial = initial;
		}

		public Duration getMax() {
			return this.max;
		}

		public void setMax(Duration max) {
			this.max = max;
		}

	}

	/**
	 * Shutdown of all servers.
	 */
	public static class Shutdown {

		/**
		 * Time calls in flight and queued messages get to be handled when the application
		 * stops, the endpoint's, background services' and servers' together. Ten seconds
		 * unless set, or two thirds of 'spring.lifecycle.timeout-per-shutdown-phase'
		 * where that is set and less.
		 */
		private @Nullable Duration drainTimeout;

		/**
		 * Time endpoint, background services and servers may take together to stop, at
		 * least the drain timeout. Five seconds more than that unless set, but not more
		 * than 'spring.lifecycle.timeout-per-shutdown-phase' where that is set.
		 */
		private @Nullable Duration timeout;

		public @Nullable Duration getDrainTimeout() {
			return this.drainTimeout;
		}

		public void setDrainTimeout(@Nullable Duration drainTimeout) {
			this.drainTimeout = drainTimeout;
		}

		public @Nullable Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(@Nullable Duration timeout) {
			this.timeout = timeout;
		}

	}

	/**
	 * When the servers start and stop among other parts of the application.
	 */
	public static class Lifecycle {

		/**
		 * Phase in which the servers start and stop. Lifecycle beans in higher phases,
		 * web servers among them, start after and stop before the servers, and can call
		 * them in their start and stop methods.
		 */
		private int phase = LifecyclePhases.SERVERS;

		public int getPhase() {
			return this.phase;
		}

		public void setPhase(int phase) {
			this.phase = phase;
		}

	}

	/**
	 * Settings of one server. What is not set comes from the server's annotation, then
	 * from the settings of all servers.
	 * <p>
	 * The prefix is where the keys are in the metadata, which so describes what is below
	 * a name. It is never bound to: the map is.
	 */
	@ConfigurationProperties("genserver.servers.*")
	public static class Server {

		/**
		 * Time a call may take in all.
		 */
		private @Nullable Duration callTimeout;

		/**
		 * Time for which the server waits for a future or Mono that a handler returned,
		 * if its message has no deadline of its own.
		 */
		private @Nullable Duration handlerTimeout;

		/**
		 * Time a running handler has to end once the server is to stop or to restart;
		 * then it is interrupted.
		 */
		private @Nullable Duration stopGrace;

		/**
		 * Time after which an idle instance of a keyed server is let go, with the state
		 * in its fields; zero for never. Ten minutes, if the annotation does not say
		 * otherwise.
		 */
		private @Nullable Duration idleTimeout;

		/**
		 * Number of instances a keyed server may have at once, at least 1; -1 for no
		 * limit. 100,000, if the annotation does not say otherwise.
		 */
		private @Nullable Integer maxInstances;

		/**
		 * What becomes of the application when the server cannot start.
		 */
		private @Nullable StartFailure startFailure;

		/**
		 * Time after which a running handler of the server is logged, once. Zero for
		 * never. 'genserver.slow-handler-threshold' unless set.
		 */
		private @Nullable Duration slowHandlerThreshold;

		/**
		 * Settings of single operations, by their names.
		 */
		private final Map<String, ServerOperation> operations = new LinkedHashMap<>();

		private final ServerMailbox mailbox = new ServerMailbox();

		private final ServerSupervision supervision = new ServerSupervision();

		private final Rpc rpc = new Rpc();

		public @Nullable Duration getCallTimeout() {
			return this.callTimeout;
		}

		public void setCallTimeout(@Nullable Duration callTimeout) {
			this.callTimeout = callTimeout;
		}

		public @Nullable Duration getHandlerTimeout() {
			return this.handlerTimeout;
		}

		public void setHandlerTimeout(@Nullable Duration handlerTimeout) {
			this.handlerTimeout = handlerTimeout;
		}

		public @Nullable Duration getStopGrace() {
			return this.stopGrace;
		}

		public void setStopGrace(@Nullable Duration stopGrace) {
			this.stopGrace = stopGrace;
		}

		public @Nullable Duration getIdleTimeout() {
			return this.idleTimeout;
		}

		public void setIdleTimeout(@Nullable Duration idleTimeout) {
			this.idleTimeout = idleTimeout;
		}

		public @Nullable Integer getMaxInstances() {
			return this.maxInstances;
		}

		public void setMaxInstances(@Nullable Integer maxInstances) {
			this.maxInstances = maxInstances;
		}

		public @Nullable StartFailure getStartFailure() {
			return this.startFailure;
		}

		public void setStartFailure(@Nullable StartFailure startFailure) {
			this.startFailure = startFailure;
		}

		public @Nullable Duration getSlowHandlerThreshold() {
			return this.slowHandlerThreshold;
		}

		public void setSlowHandlerThreshold(@Nullable Duration slowHandlerThreshold) {
			this.slowHandlerThreshold = slowHandlerThreshold;
		}

		public Map<String, ServerOperation> getOperations() {
			return this.operations;
		}

		public ServerMailbox getMailbox() {
			return this.mailbox;
		}

		public ServerSupervision getSupervision() {
			return this.supervision;
		}

		public Rpc getRpc() {
			return this.rpc;
		}

	}

	/**
	 * Settings of one operation of a server. What is not set comes from its annotation.
	 * <p>
	 * The prefix is where the keys are in the metadata. It is never bound to.
	 */
	@ConfigurationProperties("genserver.servers.*.operations.*")
	public static class ServerOperation {

		/**
		 * Number of invocations that may run at once, outside the server's turn, for
		 * handlers that do not touch its state. Zero for one at a time, in the turn.
		 */
		private @Nullable Integer concurrent;

		/**
		 * Time after which a running handler of the operation is logged, once. Zero for
		 * never. That of the server unless set.
		 */
		private @Nullable Duration slowHandlerThreshold;

		public @Nullable Integer getConcurrent() {
			return this.concurrent;
		}

		public void setConcurrent(@Nullable Integer concurrent) {
			this.concurrent = concurrent;
		}

		public @Nullable Duration getSlowHandlerThreshold() {
			return this.slowHandlerThreshold;
		}

		public void setSlowHandlerThreshold(@Nullable Duration slowHandlerThreshold) {
			this.slowHandlerThreshold = slowHandlerThreshold;
		}

	}

	/**
	 * Mailbox of one server, for a keyed server that of each instance.
	 */
	public static class ServerMailbox {

		/**
		 * Number of messages that may wait in the mailbox, at least 1.
		 */
		private @Nullable Integer capacity;

		/**
		 * What happens to a cast that meets a full mailbox.
		 */
		private @Nullable Overflow overflow;

		public @Nullable Integer getCapacity() {
			return this.capacity;
		}

		public void setCapacity(@Nullable Integer capacity) {
			this.capacity = capacity;
		}

		public @Nullable Overflow getOverflow() {
			return this.overflow;
		}

		public void setOverflow(@Nullable Overflow overflow) {
			this.overflow = overflow;
		}

	}

	/**
	 * Supervision of one server.
	 */
	public static class ServerSupervision {

		/**
		 * What becomes of the server when a handler throws an exception. Errors restart
		 * the server, unless this is to stop it.
		 */
		private @Nullable SupervisionStrategy strategy;

		/**
		 * Strategies for exceptions of certain types, by the name of their class. They
		 * add to those of all servers, and replace them where both name a type.
		 */
		private final Map<String, SupervisionStrategy> exceptions = new LinkedHashMap<>();

		public @Nullable SupervisionStrategy getStrategy() {
			return this.strategy;
		}

		public void setStrategy(@Nullable SupervisionStrategy strategy) {
			this.strategy = strategy;
		}

		public Map<String, SupervisionStrategy> getExceptions() {
			return this.exceptions;
		}

	}

	/**
	 * Remote access to one server.
	 */
	public static class Rpc {

		/**
		 * Whether remote clients may call the server. Where it is not set,
		 * 'genserver.rpc.exposed' decides.
		 */
		private @Nullable Boolean exposed;

		public @Nullable Boolean getExposed() {
			return this.exposed;
		}

		public void setExposed(@Nullable Boolean exposed) {
			this.exposed = exposed;
		}

	}

}
