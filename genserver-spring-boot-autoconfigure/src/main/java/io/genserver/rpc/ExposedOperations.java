package io.genserver.rpc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiPredicate;

import io.genserver.protocol.MethodId;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.Operation;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * What peers may call, and nothing else. Shared by all connections of an endpoint, or of
 * a client. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public final class ExposedOperations {

	private static final ExposedOperations NONE = new ExposedOperations(null, Map.of());

	private volatile @Nullable GenServerRuntime runtime;

	/** Never changed, but replaced. */
	private volatile Map<Long, ExposedOperation> byId;

	private ExposedOperations(@Nullable GenServerRuntime runtime, Map<Long, ExposedOperation> byId) {
		this.runtime = runtime;
		this.byId = Map.copyOf(byId);
	}

	/**
	 * Expose nothing.
	 * @return an empty table
	 */
	public static ExposedOperations none() {
		return NONE;
	}

	/**
	 * Expose nothing yet.
	 * @return an empty table of its own, to {@link #add} to
	 */
	public static ExposedOperations growing() {
		return new ExposedOperations(null, Map.of());
	}

	/**
	 * Expose all operations of one more server.
	 * @param servers knows the server
	 * @param server the server
	 * @param codecs how arguments and replies are encoded
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded in the first encoding
	 */
	public synchronized void add(GenServerRuntime servers, Server server, List<? extends RpcCodec> codecs) {
		Map<Long, ExposedOperation> more = new HashMap<>(this.byId);
		Encodings encodings = new Encodings(codecs);
		for (Operation operation : server.definition().operations()) {
			put(more, expose(server, operation, encodings));
		}
		this.runtime = servers;
		this.byId = Map.copyOf(more);
	}

	private static void put(Map<Long, ExposedOperation> byId, ExposedOperation added) {
		ExposedOperation other = byId.put(added.methodId(), added);
		if (other != null) {
			throw ExposureException.collision(other, added);
		}
	}

	/**
	 * Expose operations of the servers there are now.
	 * @param runtime the servers
	 * @param exposed decides which operations are
	 * @param codec how arguments and replies are encoded
	 * @return the table
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded
	 */
	public static ExposedOperations of(GenServerRuntime runtime, BiPredicate<Server, Operation> exposed,
			RpcCodec codec) {
		return of(runtime, exposed, List.of(codec));
	}

	/**
	 * Expose operations of the servers there are now.
	 * @param runtime the servers
	 * @param exposed decides which operations are
	 * @param codecs how arguments and replies are encoded: the first, unless a peer asks
	 * for another
	 * @return the table
	 * @throws ExposureException if two operations would have one name or id, or one has
	 * types that cannot be encoded in the first encoding
	 */
	public static ExposedOperations of(GenServerRuntime runtime, BiPredicate<Server, Operation> exposed,
			List<? extends RpcCodec> codecs) {
		Encodings encodings = new Encodings(codecs);
		Map<Long, ExposedOperation> byId = new HashMap<>();
		for (Server server : runtime.servers()) {
			for (Operation operation : server.definition().operations()) {
				if (exposed.test(server, operation)) {
					put(byId, expose(server, operation, encodings));
				}
			}
		}
		return new ExposedOperations(runtime, byId);
	}

	private static ExposedOperation expose(Server server, Operation operation, Encodings encodings) {
		String wireName = server.name() + "." + operation.name();
		try {
			return new ExposedOperation(MethodId.of(wireName), wireName, server, operation, encodings);
		}
		catch (IllegalArgumentException ex) {
			throw ExposureException.notEncodable(wireName, ex);
		}
	}

	/**
	 * Return the wire names of what is exposed.
	 * @return the names in alphabetical order
	 */
	public List<String> wireNames() {
		TreeSet<String> names = new TreeSet<>();
		this.byId.values().forEach((each) -> names.add(each.wireName()));
		return List.copyOf(names);
	}

	@Nullable ExposedOperation find(long methodId) {
		return this.byId.get(methodId);
	}

	/** The time by which the deadlines of calls are set. */
	long nanoTime() {
		GenServerRuntime known = this.runtime;
		return (known != null) ? known.nanoTime() : System.nanoTime();
	}

}
