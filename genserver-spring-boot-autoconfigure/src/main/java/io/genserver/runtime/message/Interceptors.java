package io.genserver.runtime.message;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.genserver.Envelope;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerInterceptor.Invocation;
import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * The interceptors of one runtime. Asked for with the first message. What they throw
 * where they may not is kept from the engine, which would otherwise lose an outcome or a
 * turn; the first such failure is logged, since there may be one per message.
 */
public final class Interceptors {

	private static final SafeLogger logger = SafeLogger.of(Interceptors.class);

	private final Supplier<List<GenServerInterceptor>> source;

	private final LongSupplier clock;

	private final AtomicBoolean failed = new AtomicBoolean();

	private volatile GenServerInterceptor @Nullable [] all;

	private volatile GenServerInterceptor @Nullable [] around;

	private volatile GenServerInterceptor @Nullable [] starting;

	public Interceptors(Supplier<List<GenServerInterceptor>> source, LongSupplier clock) {
		this.source = source;
		this.clock = clock;
	}

	/** A message is about to be sent. Throws what an interceptor throws. */
	public void sending(String server, @Nullable String key, Message message) {
		MessageEnvelope envelope = new MessageEnvelope(this, server, key, message, nanoTime());
		message.envelope(envelope);
		for (GenServerInterceptor each : all()) {
			each.sending(envelope);
		}
	}

	/**
	 * Take what belongs to the calling thread, for messages that other threads send for
	 * it. Throws what an interceptor throws.
	 * @return runs what it is given with that
	 */
	public Consumer<Runnable> forLater() {
		Consumer<Runnable> later = Runnable::run;
		for (GenServerInterceptor each : all()) {
			Consumer<Runnable> outer = later;
			Consumer<Runnable> inner = each.forLater();
			later = (sending) -> outer.accept(() -> inner.accept(sending));
		}
		return later;
	}

	/** Handle a message that was taken out of the mailbox, or never was in one. */
	public @Nullable Object handling(MessageHandler handler, Message message) throws Throwable {
		MessageEnvelope envelope = message.envelope();
		if (envelope == null) {
			envelope = new MessageEnvelope(this, handler.name(), handler.key(), message, nanoTime());
			message.envelope(envelope);
		}
		GenServerInterceptor[] around = around();
		if (around.length == 0) {
			starting(envelope);
			return handler.invokeHandler(message);
		}
		Handled handled = new Handled(this, handler, message, envelope, around);
		try {
			return around[0].handling(envelope, new Step(handled, 1));
		}
		finally {
			if (!handled.reached) {
				message.letGoOfPayload();
			}
		}
	}

	/** The handler is about to start. */
	private void starting(MessageEnvelope envelope) {
		for (GenServerInterceptor each : starting()) {
			try {
				each.starting(envelope);
			}
			catch (Throwable ex) {
				failed(each, ex);
			}
		}
	}

	long nanoTime() {
		return this.clock.getAsLong();
	}

	void ended(MessageEnvelope envelope, @Nullable Throwable failure) {
		if (!envelope.end()) {
			return;
		}
		for (GenServerInterceptor each : all()) {
			try {
				each.ended(envelope, failure);
			}
			catch (Throwable ex) {
				failed(each, ex);
			}
		}
	}

	void repliedLate(MessageEnvelope envelope) {
		for (GenServerInterceptor each : all()) {
			try {
				each.repliedLate(envelope);
			}
			catch (Throwable ex) {
				failed(each, ex);
			}
		}
	}

	private void failed(GenServerInterceptor interceptor, Throwable failure) {
		if (this.failed.compareAndSet(false, true)) {
			logger.error("Interceptor {} failed; further failures are not logged", interceptor, failure);
		}
	}

	private GenServerInterceptor[] all() {
		GenServerInterceptor[] known = this.all;
		if (known == null) {
			known = this.source.get().toArray(GenServerInterceptor[]::new);
			this.all = known;
		}
		return known;
	}

	/** Those that have something to do around the handler. */
	private GenServerInterceptor[] around() {
		GenServerInterceptor[] known = this.around;
		if (known == null) {
			known = thatHave("handling", Envelope.class, Invocation.class);
			this.around = known;
		}
		return known;
	}

	/** Those that have something to do as a handler starts. */
	private GenServerInterceptor[] starting() {
		GenServerInterceptor[] known = this.starting;
		if (known == null) {
			known = thatHave("starting", Envelope.class);
			this.starting = known;
		}
		return known;
	}

	private GenServerInterceptor[] thatHave(String method, Class<?>... parameters) {
		return Arrays.stream(all())
			.filter((each) -> has(each, method, parameters))
			.toArray(GenServerInterceptor[]::new);
	}

	private static boolean has(GenServerInterceptor interceptor, String method, Class<?>... parameters) {
		try {
			return interceptor.getClass()
				.getMethod(method, parameters)
				.getDeclaringClass() != GenServerInterceptor.class;
		}
		catch (NoSuchMethodException | LinkageError ex) {
			return true;
		}
	}

	/** A message on its way through the interceptors. */
	private static final class Handled {

		private final Interceptors interceptors;

		private final MessageHandler handler;

		private final Message message;

		private final MessageEnvelope envelope;

		/** Those around the handler. */
		private final GenServerInterceptor[] around;

		/** Whether no interceptor ended the message before the handler. */
		private boolean reached;

		Handled(Interceptors interceptors, MessageHandler handler, Message message, MessageEnvelope envelope,
				GenServerInterceptor[] around) {
			this.interceptors = interceptors;
			this.handler = handler;
			this.message = message;
			this.envelope = envelope;
			this.around = around;
		}

	}

	/**
	 * Goes on to one of the interceptors, or the handler. Few frames: a handler that
	 * waits has all of them on its stack, each to be brought back as it goes on.
	 *
	 * @param handled the message
	 * @param next which of the interceptors around the handler is next
	 */
	private record Step(Handled handled, int next) implements Invocation {

		@Override
		public @Nullable Object proceed() throws Throwable {
			Handled each = this.handled;
			if (this.next < each.around.length) {
				return each.around[this.next].handling(each.envelope, new Step(each, this.next + 1));
			}
			each.reached = true;
			each.interceptors.starting(each.envelope);
			return each.handler.invokeHandler(each.message);
		}

	}

}
