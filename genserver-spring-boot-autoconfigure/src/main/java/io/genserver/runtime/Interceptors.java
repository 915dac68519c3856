package io.genserver.runtime;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.genserver.GenServerInterceptor;
import io.genserver.GenServerInterceptor.Invocation;
import org.jspecify.annotations.Nullable;

/**
 * The interceptors of one runtime. Asked for with the first message. What they throw
 * where they may not is kept from the engine, which would otherwise lose an outcome or a
 * turn; the first such failure is logged, since there may be one per message.
 */
final class Interceptors {

	private static final SafeLogger logger = SafeLogger.of(Interceptors.class);

	private final Supplier<List<GenServerInterceptor>> source;

	private final AtomicBoolean failed = new AtomicBoolean();

	private volatile GenServerInterceptor @Nullable [] all;

	Interceptors(Supplier<List<GenServerInterceptor>> source) {
		this.source = source;
	}

	/** A message is about to be sent. Throws what an interceptor throws. */
	void sending(Server server, @Nullable String key, Message message) {
		MessageEnvelope envelope = new MessageEnvelope(server, key, message, server.runtime().nanoTime());
		message.envelope = envelope;
		for (GenServerInterceptor each : all()) {
			each.sending(envelope);
		}
	}

	/** Handle a message that was taken out of the mailbox, or never was in one. */
	@Nullable Object handling(ServerCell cell, Message message, Invocation handler) throws Throwable {
		MessageEnvelope envelope = message.envelope;
		if (envelope == null) {
			envelope = new MessageEnvelope(cell.server(), cell.key(), message, cell.runtime().nanoTime());
			message.envelope = envelope;
		}
		Reached reached = new Reached(handler);
		try {
			return handling(all(), 0, envelope, reached);
		}
		finally {
			if (!reached.yes) {
				message.letGoOfPayload();
			}
		}
	}

	private static @Nullable Object handling(GenServerInterceptor[] all, int index, MessageEnvelope envelope,
			Invocation handler) throws Throwable {
		if (index == all.length) {
			return handler.proceed();
		}
		return all[index].handling(envelope, () -> handling(all, index + 1, envelope, handler));
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

	/** The handler, and whether an interceptor ended the message before it. */
	private static final class Reached implements Invocation {

		private final Invocation handler;

		private boolean yes;

		Reached(Invocation handler) {
			this.handler = handler;
		}

		@Override
		public @Nullable Object proceed() throws Throwable {
			this.yes = true;
			return this.handler.proceed();
		}

	}

}
