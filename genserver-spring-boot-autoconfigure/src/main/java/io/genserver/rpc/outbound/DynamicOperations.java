package io.genserver.rpc.outbound;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.rpc.codec.ArgumentsCodec;
import io.genserver.rpc.codec.OperationCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.codec.RpcCodec.Parameter;
import io.genserver.rpc.codec.ValueCodec;
import org.jspecify.annotations.Nullable;

/**
 * Operations called by name, without a contract: arguments are encoded as what they are.
 * Safe for use by many threads.
 */
public final class DynamicOperations {

	private final RpcCodec codec;

	private final long timeoutNanos;

	private final ArgumentsCodec raw;

	private final Map<Integer, ArgumentsCodec> arguments = new ConcurrentHashMap<>();

	private final Map<Type, ValueCodec> replies = new ConcurrentHashMap<>();

	private final Map<String, RemoteMethod> methods = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param codec encodes arguments and replies
	 * @param timeoutNanos time a call may take
	 */
	public DynamicOperations(RpcCodec codec, long timeoutNanos) {
		this.codec = codec;
		this.timeoutNanos = timeoutNanos;
		this.raw = OperationCodec.of(codec, List.of(new Parameter("bytes", byte[].class)), false, void.class)
			.arguments();
	}

	/**
	 * Find an operation.
	 * @param name its name, such as {@code kv.get}
	 * @param reply type of its reply, or of its items
	 * @param values the arguments it is to be called with
	 * @return the operation
	 * @throws IllegalArgumentException if that is no name of an operation, or the reply
	 * cannot be read
	 */
	public RemoteOperation operation(String name, Type reply, @Nullable Object[] values) {
		int dot = name.indexOf('.');
		if (dot <= 0 || dot == name.length() - 1) {
			throw new IllegalArgumentException(
					"An operation is called by the name of its server and its own, such as kv.get, not \"" + name
							+ '"');
		}
		ArgumentsCodec encoder = (values.length == 1 && values[0] instanceof byte[]) ? this.raw
				: this.arguments.computeIfAbsent(values.length, this::encoderOf);
		ValueCodec decoder = this.replies.computeIfAbsent(reply, this::decoderOf);
		return new RemoteOperation(this.methods.computeIfAbsent(name, this::method),
				new OperationCodec(encoder, decoder), null, null, false, this.timeoutNanos);
	}

	private ValueCodec decoderOf(Type reply) {
		OperationCodec.requireReadable(this.codec, reply, "The reply");
		return OperationCodec.value(this.codec, reply);
	}

	private RemoteMethod method(String name) {
		return RemoteMethod.of(name).in(this.codec);
	}

	private ArgumentsCodec encoderOf(int count) {
		List<Parameter> parameters = new ArrayList<>();
		while (parameters.size() < count) {
			parameters.add(new Parameter("argument " + (parameters.size() + 1), Object.class));
		}
		return this.codec.arguments(parameters, false);
	}

}
