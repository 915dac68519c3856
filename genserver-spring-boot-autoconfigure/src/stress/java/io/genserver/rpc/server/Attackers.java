package io.genserver.rpc.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.testsupport.HangGuard;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Those who attack at once, each in the same way, and come back whenever they are closed.
 */
final class Attackers {

	private final int port;

	private final Attacks.Kind kind;

	private final AtomicLong came = new AtomicLong();

	private final AtomicLong refused = new AtomicLong();

	private final AtomicBoolean over = new AtomicBoolean();

	private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();

	private final List<Thread> threads = new ArrayList<>();

	private volatile @Nullable Throwable failure;

	Attackers(int port, Attacks.Kind kind) {
		this.port = port;
		this.kind = kind;
		for (int i = 0; i < kind.parallel(); i++) {
			this.threads.add(Thread.ofVirtual().name("attacker " + i).start(this::run));
		}
	}

	/** How often one of them came. */
	long came() {
		return this.came.get();
	}

	/** How often one of them was not let in. */
	long refused() {
		return this.refused.get();
	}

	private void run() {
		try {
			while (!this.over.get()) {
				once();
				closeAll(this.kind.most());
			}
			closeAll(0);
		}
		catch (Exception | AssertionError ex) {
			this.failure = ex;
		}
	}

	private void once() throws Exception {
		try {
			AutoCloseable connection = this.kind.attack().on(this.port);
			this.came.incrementAndGet();
			this.open.add(connection);
			if (connection instanceof Attacks.Flooding flooding && !this.over.get()) {
				flooding.run();
			}
		}
		catch (IOException | UncheckedIOException ex) {
			// Closed, as it should be, or closed by the end.
		}
		catch (Attacks.NotLetInException ex) {
			this.refused.incrementAndGet();
		}
	}

	private void closeAll(int but) throws Exception {
		while (this.open.size() > but) {
			AutoCloseable oldest = this.open.poll();
			if (oldest != null) {
				oldest.close();
			}
		}
	}

	/** Leave, even those whose writing the endpoint has stopped. */
	void leave() throws Exception {
		this.over.set(true);
		for (Thread each : this.threads) {
			while (each.isAlive()) {
				closeAll(0);
				each.join(java.time.Duration.ofMillis(10));
			}
		}
		closeAll(0);
		assertThat(this.failure).isNull();
		HangGuard.await("all have left", () -> this.open.isEmpty());
	}

}
