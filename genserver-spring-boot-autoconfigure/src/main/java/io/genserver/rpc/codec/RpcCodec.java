package io.genserver.rpc.codec;

import java.lang.reflect.Type;
import java.util.List;

/**
 * An encoding of arguments, replies and items. Safe for use by many threads, as is what
 * it returns.
 *
 * @since 0.1.0
 */
public interface RpcCodec {

	/**
	 * Return the name by which the encoding is known on the wire.
	 * @return the name, such as {@code json}
	 */
	String name();

	/**
	 * Return what encodes and decodes the arguments of one operation.
	 * @param parameters its parameters
	 * @param keyed whether the arguments begin with the key of an instance
	 * @return the codec of the arguments
	 * @throws IllegalArgumentException if they cannot be encoded, saying why
	 */
	ArgumentsCodec arguments(List<Parameter> parameters, boolean keyed);

	/**
	 * Return whether arguments can begin with a key. If not, an operation of a keyed
	 * server can be called in this encoding in ext mode only, where keys travel beside
	 * the arguments.
	 * @return whether {@link #arguments} may be asked for keyed arguments by a client
	 */
	default boolean holdsKeys() {
		return true;
	}

	/**
	 * Return what encodes and decodes values of one type.
	 * @param type the type of a reply or of a stream's items
	 * @return the codec of the values
	 * @throws IllegalArgumentException if they cannot be encoded, saying why
	 */
	ValueCodec value(Type type);

	/**
	 * A parameter of an operation.
	 *
	 * @param name its name, or {@code argument 1} and so on where names are unknown
	 * @param type its type, without open type variables
	 * @since 0.1.0
	 */
	record Parameter(String name, Type type) {
	}

}
