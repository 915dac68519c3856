package io.genserver.rpc.codec;

import java.lang.reflect.Type;
import java.util.List;

import io.genserver.rpc.codec.RpcCodec.Parameter;

/**
 * How one operation's arguments and replies are encoded: in the given encoding, but for a
 * single {@code byte[]}, which is itself, and for {@code void}, which is nothing.
 *
 * @param arguments the codec of its arguments
 * @param reply the codec of its reply, or of its items
 * @since 0.1.0
 */
public record OperationCodec(ArgumentsCodec arguments, ValueCodec reply) {

	/**
	 * Choose the codecs of an operation.
	 * @param codec the encoding
	 * @param parameters its parameters
	 * @param keyed whether the arguments begin with the key of an instance
	 * @param reply the type of its reply or items
	 * @return the codecs
	 * @throws IllegalArgumentException if a type cannot be encoded, saying why
	 */
	public static OperationCodec of(RpcCodec codec, List<Parameter> parameters, boolean keyed, Type reply) {
		return new OperationCodec(isRaw(parameters) ? new RawArguments(keyed) : codec.arguments(parameters, keyed),
				value(codec, reply));
	}

	/**
	 * Choose the codec of a reply or of items.
	 * @param codec the encoding
	 * @param type the type
	 * @return the codec of the values
	 * @throws IllegalArgumentException if the type cannot be encoded, saying why
	 */
	public static ValueCodec value(RpcCodec codec, Type type) {
		if (type == byte[].class) {
			return RawValue.INSTANCE;
		}
		return (type == void.class || type == Void.class) ? NoValue.INSTANCE : codec.value(type);
	}

	/**
	 * Check that values can be read that are sent to this end.
	 * @param codec the encoding
	 * @param type their type
	 * @param what names them
	 * @throws IllegalArgumentException if they cannot, saying why and what to change
	 */
	public static void requireReadable(RpcCodec codec, Type type, String what) {
		if (type == byte[].class || type == void.class || type == Void.class) {
			return;
		}
		try {
			codec.requireReadable(type);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					what + ", " + TypeNames.withArticle(type) + ", could not be read: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Return whether the key of a keyed operation must travel apart from its arguments,
	 * as it can in ext mode only.
	 * @param codec the encoding
	 * @param parameters the operation's parameters
	 * @return whether the arguments have no place for it
	 */
	public static boolean needsKeyBeside(RpcCodec codec, List<Parameter> parameters) {
		return isRaw(parameters) || !codec.holdsKeys();
	}

	private static boolean isRaw(List<Parameter> parameters) {
		return parameters.size() == 1 && parameters.getFirst().type() == byte[].class;
	}

}
