package com.example.twins;

import java.time.Duration;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import jakarta.annotation.PreDestroy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@GenServer(name = "twin", keyed = true, idleTimeout = "5m")
class TwinServer implements Twin {

	private static final Logger logger = LoggerFactory.getLogger(TwinServer.class);

	private final GenServerContext context;

	private final GenServerRef<StoreServer> store;

	private State state;

	private State saved;

	private boolean saving;

	TwinServer(GenServerContext context, GenServerRef<StoreServer> store) {
		this.context = context;
		this.store = store.waitingForRoom();
		State stored = store.call((server) -> server.load(context.key()));
		this.state = (stored != null) ? stored : new State(context.key(), 0, Double.NaN, false);
		this.saved = this.state;
	}

	@Override
	public void report(double temperature) {
		this.state = new State(this.state.device(), this.state.reports() + 1, temperature, true);
		this.context.timer("offline", Duration.ofSeconds(30), this::offline);
		save();
	}

	private void offline() {
		this.state = new State(this.state.device(), this.state.reports(), this.state.temperature(), false);
		save();
	}

	@Override
	public State state() {
		return this.state;
	}

	/** One write at a time, each of the latest state, as fast as the store takes them. */
	private void save() {
		if (this.saving || this.state.equals(this.saved)) {
			return;
		}
		State current = this.state;
		this.saving = true;
		this.context.pipe(this.store.callAsync((server) -> server.save(current)), (saved) -> {
			this.saving = false;
			this.saved = saved;
			save();
		}, (failure) -> {
			this.saving = false;
			logger.warn("{} is not saved yet: {}", current.device(), failure.toString());
			this.context.timer("save", Duration.ofSeconds(5), this::save);
		});
	}

	/**
	 * Passivated, restarted, or stopped. The store is there: it stops after the twins.
	 */
	@PreDestroy
	void saveAtTheEnd() {
		if (!this.state.equals(this.saved)) {
			this.store.call((server) -> server.save(this.state));
		}
	}

}
