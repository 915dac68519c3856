package io.genserver.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import io.genserver.DeadLetter;
import io.genserver.DeadLetterListener;
import io.genserver.GenServerRegistry;
import io.genserver.NoSuchServerException;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.runtime.Durations;
import org.jspecify.annotations.Nullable;

/**
 * All servers of a test's context together. A parameter of test methods and a bean, with
 * {@link GenServerTest}.
 *
 * @since 0.1.0
 */
public final class ServersUnderTest implements DeadLetterListener {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final GenServerRegistry registry;

	private final @Nullable VirtualTime time;

	private final Queue<DeadLetter> deadLetters = new ConcurrentLinkedQueue<>();

	ServersUnderTest(GenServerRegistry registry, @Nullable VirtualTime time) {
		this.registry = registry;
		this.time = time;
	}

	/**
	 * Wait until no server has a message to handle or is handling one, so that the effect
	 * of casts can be seen. A server that is suspended is at rest. In virtual time this
	 * is {@link VirtualTime#settle()}.
	 * @throws AssertionError if that takes longer than 30 seconds, naming what is busy
	 */
	public void settle() {
		if (this.time != null) {
			this.time.settle();
			return;
		}
		long end = System.nanoTime() + Durations.nanos(PATIENCE);
		// Between two looks at one server another may have sent to it.
		for (int quiet = 0; quiet < 2;) {
			List<String> busy = busy();
			quiet = busy.isEmpty() ? quiet + 1 : 0;
			if (!busy.isEmpty()) {
				if (System.nanoTime() - end > 0) {
					throw new AssertionError("Servers did not come to rest within " + PATIENCE + ": " + busy);
				}
				LockSupport.parkNanos(100_000);
			}
		}
	}

	/**
	 * Let every server begin anew, with a new instance and without its timers, once all
	 * are at rest, and forget the dead letters. A {@link GenServerTest} does so after
	 * each test method.
	 * @throws AssertionError if the servers do not come to rest
	 */
	public void restart() {
		settle();
		for (String name : this.registry.names()) {
			try {
				this.registry.restart(name);
			}
			catch (NoSuchServerException ex) {
				// Started at run time, and has stopped meanwhile.
			}
		}
		settle();
		this.deadLetters.clear();
	}

	/**
	 * Return the messages that were refused or discarded since the last restart.
	 * @return the messages, first first
	 */
	public List<DeadLetter> deadLetters() {
		return List.copyOf(this.deadLetters);
	}

	@Override
	public void onDeadLetter(DeadLetter deadLetter) {
		this.deadLetters.add(deadLetter);
	}

	private List<String> busy() {
		List<String> busy = new ArrayList<>();
		for (String name : this.registry.names()) {
			instances(name).stream().filter(ServersUnderTest::isBusy).map(ServerInfo::toString).forEach(busy::add);
		}
		return busy;
	}

	private List<ServerInfo> instances(String name) {
		try {
			ServerInfo info = this.registry.info(name);
			return info.keyed() ? this.registry.instances(name, Integer.MAX_VALUE) : List.of(info);
		}
		catch (NoSuchServerException ex) {
			// Started at run time, and has stopped meanwhile.
			return List.of();
		}
	}

	private static boolean isBusy(ServerInfo info) {
		return info.inFlight() != null || info.state() == ServerState.STARTING || info.state() == ServerState.RESTARTING
				|| (info.mailbox().depth() > 0 && info.state() != ServerState.SUSPENDED);
	}

}
