package io.genserver.rpc;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiPredicate;

import io.genserver.protocol.MethodId;
import io.genserver.rpc.codec.OperationCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.codec.RpcCodec.Parameter;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.MethodOperation;
import io.genserver.runtime.Operation;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * What peers may call, and nothing else. Immutable; shared by all connections of an
 * endpoint.
 *
 * @since 0.1.0
 */
public final class ExposedOperations {

	private static final ExposedOperations NONE = new ExposedOperations(null, Map.of());

	private final @Nullable GenServerRuntime runtime;

	private final Map<Long, ExposedOperation> byId;

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
		Map<Long, ExposedOperation> byId = new HashMap<>();
		for (Server server : runtime.servers()) {
			for (Operation operation : server.definition().operations()) {
				if (exposed.test(server, operation)) {
					ExposedOperation added = expose(server, operation, codec);
					ExposedOperation other = byId.put(added.methodId(), added);
					if (other != null) {
						throw ExposureException.collision(other, added);
					}
				}
			}
		}
		return new ExposedOperations(runtime, byId);
	}

	private static ExposedOperation expose(Server server, Operation operation, RpcCodec codec) {
		String wireName = server.name() + "." + operation.name();
		try {
			OperationCodec codecs = OperationCodec.of(codec, parameters(operation), server.definition().keyed(),
					operation.replyType());
			return new ExposedOperation(MethodId.of(wireName), wireName, server, operation,
					new WireOperation(wireName, operation, codecs));
		}
		catch (IllegalArgumentException ex) {
			throw ExposureException.notEncodable(wireName, ex);
		}
	}

	private static List<Parameter> parameters(Operation operation) {
		List<String> names = (operation instanceof MethodOperation method) ? method.parameterNames() : List.of();
		List<Parameter> parameters = new ArrayList<>();
		for (Type type : operation.parameterTypes()) {
			int index = parameters.size();
			parameters.add(new Parameter(names.isEmpty() ? "argument " + (index + 1) : names.get(index), type));
		}
		return parameters;
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
