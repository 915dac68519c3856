package io.genserver.test;

import java.security.Principal;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.Caller;
import io.genserver.NoSuchServerException;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerNames;
import io.genserver.runtime.contract.Contracts;
import org.jspecify.annotations.Nullable;

/**
 * A remote caller of the servers of a test, without a connection: what it sends has a
 * {@link Caller.Remote} as its caller, so that rules on callers can be tested in a slice.
 *
 * <pre class="code">
 * Orders ann = servers.as(new TestingAuthenticationToken("ann", "", "ROLE_CLERK")).server("orders", Orders.class);
 * ann.cancel("4711");
 * </pre>
 *
 * Its messages pass what a peer's messages pass: beans of type
 * {@link io.genserver.remote.RpcAuthorization}, interceptors, and, with Spring Security,
 * the handler runs as the principal if that is an {@code Authentication}. They take
 * nothing along from the test's thread: no diagnostic context, no security context, no
 * deadline. As a peer's calls they are refused at once by a full mailbox; a cast is then
 * a dead letter.
 * <p>
 * There is no wire between: arguments and replies are not encoded, whether an operation
 * is exposed is not looked at, and exceptions arrive as they were thrown. What refuses a
 * cast is thrown, which a peer would not notice. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public final class PeerUnderTest {

	private static final AtomicLong CONNECTIONS = new AtomicLong();

	private final GenServerRuntime runtime;

	private final Contracts contracts;

	private final PeerAuthorization authorization;

	private final Caller.Remote caller;

	PeerUnderTest(GenServerRuntime runtime, Contracts contracts, PeerAuthorization authorization,
			@Nullable Principal principal) {
		this.runtime = runtime;
		this.contracts = contracts;
		this.authorization = authorization;
		this.caller = new Caller.Remote("test-" + CONNECTIONS.incrementAndGet(), "test", principal);
	}

	/**
	 * Return the caller that servers see.
	 * @return the caller, whose connection is one of its own
	 */
	public Caller.Remote caller() {
		return this.caller;
	}

	/**
	 * Return a server as this caller sees it.
	 * @param <C> type of the contract
	 * @param name the server's name
	 * @param contract one of its contracts
	 * @return a proxy whose every method becomes a message of this caller
	 * @throws NoSuchServerException if there is no server of that name
	 * @throws IllegalArgumentException if it has another contract, or is keyed
	 */
	public <C> C server(String name, Class<C> contract) {
		Server server = this.runtime.server(name);
		if (server.definition().keyed()) {
			throw new IllegalArgumentException("Server " + name + " is keyed: give the key of the instance, too");
		}
		return proxy(server, null, contract);
	}

	/**
	 * Return an instance of a keyed server as this caller sees it.
	 * @param <C> type of the contract
	 * @param name the server's name
	 * @param key the key, not empty
	 * @param contract one of its contracts
	 * @return a proxy whose every method becomes a message of this caller
	 * @throws NoSuchServerException if there is no server of that name
	 * @throws IllegalArgumentException if it has another contract, or is not keyed
	 */
	public <C> C server(String name, String key, Class<C> contract) {
		Server server = this.runtime.server(name);
		if (!server.definition().keyed()) {
			throw new IllegalArgumentException("Server " + name + " is not keyed: leave out the key");
		}
		return proxy(server, ServerNames.checkKey(name, key), contract);
	}

	private <C> C proxy(Server server, @Nullable String key, Class<C> contract) {
		if (!server.definition().contracts().contains(contract)) {
			throw new IllegalArgumentException(contract.getName() + " is not a contract of server " + server.name()
					+ "; its contracts are " + server.definition().contracts());
		}
		PeerTarget target = new PeerTarget(server, key, this.caller, this.authorization);
		return contract.cast(this.contracts.proxies(List.of(contract), server.definition().operations()).to(target));
	}

	@Override
	public String toString() {
		return this.caller.toString();
	}

}
