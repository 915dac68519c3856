package io.genserver.rpc.outbound;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.genserver.rpc.ItemParameter;
import io.genserver.rpc.OperationParameters;
import io.genserver.rpc.codec.OperationCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.codec.RpcCodec.Parameter;
import io.genserver.runtime.contract.Contract;
import io.genserver.runtime.contract.MethodOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.contract.ReplyAdapters;
import org.jspecify.annotations.Nullable;

/**
 * A contract of a remote server: makes proxies, one for each key if the server is keyed.
 *
 * @param <C> the contract
 */
final class RemoteContract<C> {

	private final String server;

	private final Contract<C> contract;

	private final Map<MethodOperation, RemoteOperation> operations = new IdentityHashMap<>();

	/**
	 * Read a contract.
	 * @param server the server's name
	 * @param type the contract
	 * @param keyed whether the server is keyed
	 * @param codec the encoding
	 * @param timeoutNanos time a call may take, unless the contract says otherwise
	 * @param replies the types in which methods may carry their replies
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	RemoteContract(String server, Class<C> type, boolean keyed, RpcCodec codec, long timeoutNanos,
			ReplyAdapters replies) {
		this.server = server;
		this.contract = Contract.of(type, replies);
		Set<String> names = new HashSet<>();
		for (MethodOperation operation : this.contract.operations()) {
			if (!names.add(operation.name())) {
				throw new IllegalArgumentException("The contract " + type.getName() + " has two operations called "
						+ operation.name() + ", which the other end could not tell apart. Give one another name with"
						+ " @Call(\"...\") or @Cast(\"...\")");
			}
			List<Parameter> parameters = OperationParameters.of(operation);
			ItemParameter items = ItemParameter.find(operation.parameterTypes());
			if (items != null && operation.kind() == Operation.Kind.CAST) {
				throw new IllegalArgumentException(
						operation.name() + " is a cast, which cannot take a stream over a connection");
			}
			OperationCodec.requireReadable(codec, operation.replyType(), "The reply of " + operation.name());
			boolean keyBeside = keyed && OperationCodec.needsKeyBeside(codec, parameters);
			OperationCodec codecs = OperationCodec.of(codec, parameters, keyed && !keyBeside, operation.replyType());
			RemoteMethod method = RemoteMethod.of(server + "." + operation.name(), operation.idempotent())
				.detached(operation.isDetached())
				.in(codec);
			this.operations.put(operation,
					new RemoteOperation(method, codecs, items,
							(items != null) ? OperationCodec.value(codec, items.item()) : null, keyBeside,
							(operation.timeoutNanos() != 0) ? operation.timeoutNanos() : timeoutNanos));
		}
	}

	C proxy(RpcChannel calls, @Nullable String key) {
		return this.contract.proxy(new RemoteTarget(calls, this, key));
	}

	RemoteOperation operation(MethodOperation operation) {
		RemoteOperation known = this.operations.get(operation);
		if (known == null) {
			throw new IllegalStateException(operation + " is not an operation of " + this.contract);
		}
		return known;
	}

	String server() {
		return this.server;
	}

}
