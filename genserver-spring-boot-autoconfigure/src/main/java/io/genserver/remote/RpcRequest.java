package io.genserver.remote;

import java.util.Map;

import io.genserver.Envelope.Attribute;
import org.jspecify.annotations.Nullable;

/**
 * A request to the other end of a connection, as interceptors see it: everything but what
 * it says. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface RpcRequest {

	/**
	 * Return the operation.
	 * @return its name on the wire, such as {@code kv.get}
	 */
	String operation();

	/**
	 * Return where it is sent.
	 * @return the address of the endpoint, or the peer, for people to read
	 */
	String peer();

	/**
	 * Return what it asks for.
	 * @return the kind
	 */
	Kind kind();

	/**
	 * Return what goes with its arguments.
	 * @return headers by their names, in lower case; a snapshot
	 */
	Map<String, String> headers();

	/**
	 * Have a header go with its arguments, in place of one of the same name. Names differ
	 * by more than case. {@code traceparent} and {@code tracestate} are the W3C trace
	 * context. Base mode has no place for headers: they are left out there.
	 * @param name its name, 1 to 255 printable ASCII characters without spaces
	 * @param value its value
	 * @throws IllegalArgumentException if that is no name, saying why
	 * @throws IllegalStateException if the request was sent already
	 */
	void header(String name, String value);

	/**
	 * Return what an interceptor has put on the request.
	 * @param <T> type of the value
	 * @param attribute what to look for
	 * @return the value, or {@code null} if there is none
	 */
	<T> @Nullable T get(Attribute<T> attribute);

	/**
	 * Put something on the request, for the interceptor to find at its end. It does not
	 * travel.
	 * @param <T> type of the value
	 * @param attribute what it is
	 * @param value the value
	 */
	<T> void put(Attribute<T> attribute, T value);

	/**
	 * What a request asks for.
	 *
	 * @since 0.1.0
	 */
	enum Kind {

		/** One reply. */
		CALL,

		/** Nothing. */
		CAST,

		/** Items. */
		STREAM

	}

}
