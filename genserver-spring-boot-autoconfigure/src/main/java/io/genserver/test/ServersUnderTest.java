package io.genserver.test;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

import io.genserver.DeadLetter;
import io.genserver.DeadLetterListener;
import io.genserver.GenServerRegistry;
import io.genserver.NoSuchServerException;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * All servers of a test's context together. A parameter of test methods and a bean, with
 * {@link GenServerTest}.
 *
 * @since 0.1.0
 */
public final class ServersUnderTest implements DeadLetterListener {

	private final GenServerRegistry registry;

	private final @Nullable VirtualTime time;

	private final Duration patience;

	private final Function<@Nullable Principal, PeerUnderTest> peers;

	private final ServicesUnderTest services;

	private final Queue<DeadLetter> deadLetters = new ConcurrentLinkedQueue<>();

	/** Whether a handler could not be ended: there is no use for the context any more. */
	private volatile boolean unusable;

	/**
	 * Create.
	 * @param registry knows the servers
	 * @param time their time if it is virtual
	 * @param patience real time in which they come to rest
	 * @param peers makes remote callers
	 * @param services the background services
	 */
	ServersUnderTest(GenServerRegistry registry, @Nullable VirtualTime time, Duration patience,
			Function<@Nullable Principal, PeerUnderTest> peers, ServicesUnderTest services) {
		this.registry = registry;
		this.time = time;
		this.patience = patience;
		this.peers = peers;
		this.services = services;
	}

	/**
	 * Return a remote caller with a principal, to test rules that depend on the caller.
	 * @param principal who it is: what {@link io.genserver.Caller.Remote#principal()} and
	 * {@code RpcAuthorization} beans see; with Spring Security an {@code Authentication},
	 * as which handlers then run
	 * @return the caller, on a connection of its own
	 */
	public PeerUnderTest as(Principal principal) {
		return this.peers.apply(principal);
	}

	/**
	 * Return a remote caller that has not said who it is.
	 * @return the caller, on a connection of its own
	 */
	public PeerUnderTest asAnonymous() {
		return this.peers.apply(null);
	}

	/**
	 * Wait until no server has a message to handle or is handling one, so that the effect
	 * of casts can be seen. A server that is suspended is at rest. In virtual time this
	 * is {@link VirtualTime#settle()}.
	 * @throws AssertionError if that takes longer than {@code
	 * genserver.test.settle-timeout}, 30 seconds unless set, naming what is busy
	 */
	public void settle() {
		settle((infos) -> {
		});
	}

	private void settle(Consumer<List<ServerInfo>> observer) {
		if (this.time != null) {
			this.time.settle();
			return;
		}
		long end = System.nanoTime() + Durations.nanos(this.patience);
		// Between two looks at one server another may have sent to it.
		for (int quiet = 0; quiet < 2;) {
			List<ServerInfo> all = instances();
			observer.accept(all);
			List<String> busy = all.stream().filter(ServersUnderTest::isBusy).map(ServerInfo::toString).toList();
			quiet = busy.isEmpty() ? quiet + 1 : 0;
			if (!busy.isEmpty()) {
				if (System.nanoTime() - end > 0) {
					throw new AssertionError("Servers did not come to rest within " + this.patience + ": " + busy);
				}
				LockSupport.parkNanos(100_000);
			}
		}
	}

	/**
	 * Restart every server, with a new instance and without its timers, once all are at
	 * rest, and forget the dead letters. Background services are cancelled before, and
	 * those that start with the application start again after it.
	 * @throws AssertionError if the servers do not come to rest
	 */
	public void restart() {
		this.services.cancel();
		settle();
		forEachServer(this.registry::restart);
		settle();
		this.services.startAgain();
		settle();
		this.deadLetters.clear();
	}

	/**
	 * A test method has ended: restart every server, also one that is suspended, and one
	 * that waits without an end.
	 * @throws AssertionError if servers still waited, naming them and their operations
	 */
	void endMethod() {
		LeftWaiting left = new LeftWaiting(instances());
		this.services.cancel();
		AssertionError restless = rest(left);
		if (resume()) {
			AssertionError again = rest(left);
			restless = (restless != null) ? restless : again;
		}
		boolean waiting = restless != null || !left.isEmpty();
		if (waiting) {
			// What is queued behind it stays, and is not for the instances of the next.
			forEachServer((name) -> this.registry.restart(name, Duration.ZERO));
			this.unusable = rest(left) != null;
		}
		if (!this.unusable) {
			forEachServer(this.registry::restart);
			AssertionError again = rest(left);
			restless = (restless != null) ? restless : again;
			this.unusable = again != null || instances().stream().anyMatch(this::waitsAtRest);
		}
		if (!this.unusable) {
			this.services.startAgain();
			AssertionError again = rest(left);
			restless = (restless != null) ? restless : again;
			waiting |= again != null;
		}
		this.deadLetters.clear();
		if (waiting || this.unusable) {
			throw left.failure(restless, this.unusable);
		}
	}

	/** Whether no other test method should see these servers. */
	boolean isUnusable() {
		return this.unusable;
	}

	private @Nullable AssertionError rest(LeftWaiting left) {
		AssertionError restless = null;
		try {
			settle(left::look);
		}
		catch (AssertionError ex) {
			restless = ex;
		}
		boolean atRest = restless == null;
		left.end(instances(), (each) -> atRest ? waitsAtRest(each) : each.inFlight() != null);
		return restless;
	}

	/**
	 * Whether a server waits although all are at rest. In real time none does; a timer
	 * may have begun something since.
	 */
	private boolean waitsAtRest(ServerInfo server) {
		return this.time != null && server.inFlight() != null;
	}

	/** Whether there was anything to resume. */
	private boolean resume() {
		boolean any = false;
		for (ServerInfo each : instances()) {
			if (each.state() == ServerState.SUSPENDED) {
				any = true;
				this.registry.resume(each.name());
			}
		}
		return any;
	}

	private void forEachServer(Consumer<String> action) {
		for (String name : this.registry.names()) {
			try {
				action.accept(name);
			}
			catch (NoSuchServerException ex) {
				// Started at run time, and has stopped meanwhile.
			}
		}
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

	private List<ServerInfo> instances() {
		List<ServerInfo> all = new ArrayList<>();
		this.registry.names().forEach((name) -> all.addAll(instances(name)));
		return all;
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
