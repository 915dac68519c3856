package io.genserver.test;

import java.time.Duration;
import java.util.function.Supplier;

import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.ServerSettings;

/**
 * A server of a {@link Simulation}, and its settings. What is not set is as in an
 * application without properties; the annotation of the class is not looked at.
 *
 * @param <S> type of the server
 * @since 0.1.0
 */
public final class SimulatedServer<S> {

	private final Simulation simulation;

	private final String name;

	private final Class<S> type;

	private final Supplier<? extends S> factory;

	private ServerSettings settings = ServerSettings.DEFAULTS;

	SimulatedServer(Simulation simulation, String name, Class<S> type, Supplier<? extends S> factory) {
		this.simulation = simulation;
		this.name = name;
		this.type = type;
		this.factory = factory;
	}

	/**
	 * Set the mailbox.
	 * @param capacity messages that may wait, at least 1
	 * @param overflow what happens to a cast beyond them
	 * @return this
	 */
	public SimulatedServer<S> mailbox(int capacity, Overflow overflow) {
		this.settings = this.settings.withMailbox(capacity, overflow);
		return this;
	}

	/**
	 * Set the call timeout.
	 * @param timeout time a call may take in all, positive
	 * @return this
	 */
	public SimulatedServer<S> callTimeout(Duration timeout) {
		this.settings = this.settings.withCallTimeout(timeout);
		return this;
	}

	/**
	 * Set what becomes of the server when a handler throws.
	 * @param strategy the strategy, for exceptions and errors
	 * @return this
	 */
	public SimulatedServer<S> strategy(SupervisionStrategy strategy) {
		this.settings = this.settings.withStrategy(strategy);
		return this;
	}

	/**
	 * Set when an idle instance of a keyed server is let go.
	 * @param timeout time without a message, positive
	 * @return this
	 */
	public SimulatedServer<S> idleTimeout(Duration timeout) {
		this.settings = this.settings.withIdleTimeout(timeout);
		return this;
	}

	/**
	 * Start it.
	 * @return its ref
	 */
	public GenServerRef<S> start() {
		this.simulation.set(this.name, this.settings);
		return this.simulation.registry().start(this.name, this.type, this.factory);
	}

	/**
	 * Start it as a keyed server.
	 * @return its instances
	 */
	public Keyed<S> startKeyed() {
		return this.simulation.startKeyed(this.name, this.type, this.factory, this.settings);
	}

}
