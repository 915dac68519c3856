package io.genserver.rpc;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * The parameter of an operation that is a stream: on the wire its items follow the other
 * arguments.
 *
 * @param index which of the parameters it is
 * @param carrier the type it is declared as: {@link Flow.Publisher}, {@link Publisher} or
 * {@link Flux}
 * @param item type of the items
 */
public record ItemParameter(int index, Class<?> carrier, Type item) {

	/**
	 * Find the parameter.
	 * @param parameters the types of an operation's parameters
	 * @return the parameter, or {@code null} if none is a stream
	 * @throws IllegalArgumentException if there are two, or one does not say what its
	 * items are
	 */
	public static @Nullable ItemParameter find(Type[] parameters) {
		ItemParameter found = null;
		for (int i = 0; i < parameters.length; i++) {
			Type type = parameters[i];
			Type raw = (type instanceof ParameterizedType generic) ? generic.getRawType() : type;
			if (raw != Flow.Publisher.class && raw != Publisher.class && raw != Flux.class) {
				continue;
			}
			if (found != null) {
				throw new IllegalArgumentException("a request has place for one stream: parameters "
						+ (found.index() + 1) + " and " + (i + 1) + " are streams");
			}
			if (!(type instanceof ParameterizedType generic)) {
				throw new IllegalArgumentException("parameter " + (i + 1)
						+ " does not say what its items are: make it a " + ((Class<?>) raw).getSimpleName() + "<...>");
			}
			found = new ItemParameter(i, (Class<?>) raw, generic.getActualTypeArguments()[0]);
		}
		return found;
	}

	/**
	 * Return the other parameters.
	 * @param <T> what is known of a parameter
	 * @param all all of them
	 * @param others an array with one place less
	 * @return {@code others}, filled
	 */
	public <T extends @Nullable Object> T[] without(T[] all, T[] others) {
		System.arraycopy(all, 0, others, 0, this.index);
		System.arraycopy(all, this.index + 1, others, this.index, others.length - this.index);
		return others;
	}

	/** The arguments as the handler takes them. */
	public @Nullable Object[] insert(@Nullable Object[] others, Flow.Publisher<@Nullable Object> items) {
		@Nullable Object[] all = new Object[others.length + 1];
		System.arraycopy(others, 0, all, 0, this.index);
		all[this.index] = (this.carrier == Flow.Publisher.class) ? items : (this.carrier == Flux.class)
				? Flux.from(FlowAdapters.toPublisher(items)) : FlowAdapters.toPublisher(items);
		System.arraycopy(others, this.index, all, this.index + 1, others.length - this.index);
		return all;
	}

	/**
	 * Take the stream from among arguments.
	 * @param all the arguments
	 * @return the stream
	 * @throws IllegalArgumentException if it is {@code null}
	 */
	public Flow.Publisher<?> items(@Nullable Object[] all) {
		return switch (all[this.index]) {
			case Flow.Publisher<?> items -> items;
			case Publisher<?> items -> FlowAdapters.toFlowPublisher(items);
			case null, default -> throw new IllegalArgumentException(
					"argument " + (this.index + 1) + " must be a stream, not " + all[this.index]);
		};
	}

}
