package io.genserver.rpc.outbound;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.Keyed;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.time.Durations;

/**
 * Makes proxies of servers at the other end of a connection, by their contracts. A
 * contract is read once. Safe for use by many threads.
 */
public final class RemoteContracts {

	private final RpcCodec codec;

	private final long callTimeoutNanos;

	private final RpcInterceptors interceptors;

	private final ReplyAdapters replies;

	private final Map<Face, RemoteContract<?>> contracts = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param codec encodes arguments and replies
	 * @param callTimeout time a call may take, unless its contract says otherwise
	 */
	public RemoteContracts(RpcCodec codec, Duration callTimeout) {
		this(codec, callTimeout, RpcInterceptors.NONE, ReplyAdapters.JDK.or(ReactorReplies.INSTANCE));
	}

	/**
	 * Create.
	 * @param codec encodes arguments and replies
	 * @param callTimeout time a call may take, unless its contract says otherwise
	 * @param interceptors see requests to peers
	 * @param replies the types in which methods may carry their replies
	 */
	public RemoteContracts(RpcCodec codec, Duration callTimeout, RpcInterceptors interceptors, ReplyAdapters replies) {
		this.replies = replies;
		this.interceptors = interceptors;
		this.codec = codec;
		this.callTimeoutNanos = Durations.nanos(callTimeout);
	}

	/**
	 * Return a server. Nothing is sent before an operation is called.
	 * @param <C> the contract
	 * @param calls where it is called
	 * @param name the server's name
	 * @param contract the contract, an interface
	 * @return a proxy
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	public <C> C server(RpcChannel calls, String name, Class<C> contract) {
		return contract(name, contract, false).proxy(calls, null);
	}

	/**
	 * Return a server of a peer, whose calls are intercepted.
	 * @param <C> the contract
	 * @param calls where it is called
	 * @param peer who that is, for people to read
	 * @param name the server's name
	 * @param contract the contract, an interface
	 * @return a proxy
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	public <C> C server(RpcChannel calls, String peer, String name, Class<C> contract) {
		return server(new InterceptedChannel(calls, this.interceptors, peer), name, contract);
	}

	/**
	 * Return the instances of a keyed server.
	 * @param <C> the contract
	 * @param calls where it is called
	 * @param name the server's name
	 * @param contract the contract, an interface
	 * @return the instances
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	public <C> Keyed<C> keyed(RpcChannel calls, String name, Class<C> contract) {
		return new RemoteKeyed<>(calls, contract(name, contract, true));
	}

	@SuppressWarnings("unchecked")
	private <C> RemoteContract<C> contract(String name, Class<C> contract, boolean keyed) {
		return (RemoteContract<C>) this.contracts.computeIfAbsent(new Face(name, contract, keyed),
				(face) -> new RemoteContract<>(name, contract, keyed, this.codec, this.callTimeoutNanos, this.replies));
	}

	/**
	 * A contract of a server.
	 *
	 * @param server the server's name
	 * @param contract the contract
	 * @param keyed whether the server is keyed
	 */
	private record Face(String server, Class<?> contract, boolean keyed) {
	}

}
