package io.genserver.rpc.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

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
	 * server can be called in this encoding in ext mode only, where keys travel apart
	 * from the arguments.
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
	 * Check that values of a type can be read, such as arguments by a server and replies
	 * by a client. Asked when a contract is read, so that it fails then and not at the
	 * first call.
	 * @param type the type
	 * @throws IllegalArgumentException if they cannot, saying why and what to change
	 */
	default void requireReadable(Type type) {
	}

	/**
	 * Return what collects the shapes of values in JSON, to describe what may be called.
	 * @return a new collection
	 */
	default ValueShapes shapes() {
		return ValueShapes.unknown();
	}

	/**
	 * A parameter of an operation.
	 *
	 * @param name its name, or {@code argument 1} and so on where names are unknown
	 * @param type its type, without open type variables
	 * @param optional whether its argument may be missing
	 * @since 0.1.0
	 */
	record Parameter(String name, Type type, boolean optional) {

		/**
		 * Create a parameter whose argument may be missing only if its type says so, such
		 * as {@link Optional}.
		 * @param name its name
		 * @param type its type
		 */
		public Parameter(String name, Type type) {
			this(name, type, absent(type) != null);
		}

		/**
		 * Return what stands for an argument that may be missing, and is.
		 * @return an empty optional, or {@code null} where the type knows none
		 */
		public @Nullable Object absent() {
			return absent(this.type);
		}

		private static @Nullable Object absent(Type type) {
			Type raw = (type instanceof ParameterizedType generic) ? generic.getRawType() : type;
			if (raw == Optional.class) {
				return Optional.empty();
			}
			if (raw == OptionalInt.class) {
				return OptionalInt.empty();
			}
			if (raw == OptionalLong.class) {
				return OptionalLong.empty();
			}
			return (raw == OptionalDouble.class) ? OptionalDouble.empty() : null;
		}

	}

}
