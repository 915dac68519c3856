package io.genserver.spring.propagation;

import java.util.Map;
import java.util.function.Consumer;

import io.genserver.Envelope;
import io.genserver.Envelope.Attribute;
import io.genserver.GenServerInterceptor;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshot.Scope;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import org.springframework.core.Ordered;

/**
 * Lets the trace, the security context, the diagnostic context of the log and whatever
 * else is registered with Micrometer's context propagation follow a message: taken from
 * the sender's thread, set while the message is handled, and removed after it, together
 * with what the handler itself has left there. Timers start with an empty context,
 * continuations with that of the message they continue.
 * <p>
 * The diagnostic context is taken care of whether or not an accessor of it is registered.
 */
public final class ContextPropagation implements GenServerInterceptor, Ordered {

	private static final Attribute<ContextSnapshot> SNAPSHOT = new Attribute<>("context");

	/** What the message's sender had as Reactor's context. */
	private static final Attribute<Object> SUBSCRIBER = new Attribute<>("Reactor's context");

	private static final Attribute<Map<String, String>> DIAGNOSTICS = new Attribute<>("MDC");

	private final ContextSnapshotFactory snapshots;

	private final ContextSnapshot nothing;

	/**
	 * Create.
	 * @param snapshots takes contexts; must clear what a snapshot has no value for
	 */
	public ContextPropagation(ContextSnapshotFactory snapshots) {
		this.snapshots = snapshots;
		this.nothing = snapshots.captureFrom();
	}

	/** Around other interceptors, which may log. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void sending(Envelope envelope) {
		envelope.put(SNAPSHOT, this.snapshots.captureAll());
		Map<String, String> diagnostics = MDC.getCopyOfContextMap();
		if (diagnostics != null && !diagnostics.isEmpty()) {
			envelope.put(DIAGNOSTICS, diagnostics);
		}
		Object subscriber = SendersContext.SENDING.get();
		if (subscriber != null) {
			envelope.put(SUBSCRIBER, subscriber);
		}
	}

	@Override
	public Consumer<Runnable> forLater() {
		ContextSnapshot snapshot = this.snapshots.captureAll();
		Map<String, String> diagnostics = MDC.getCopyOfContextMap();
		Object subscriber = SendersContext.SENDING.get();
		return (sending) -> within(snapshot, diagnostics, SendersContext.SENDING, subscriber, () -> {
			sending.run();
			return null;
		});
	}

	@Override
	public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
		ContextSnapshot snapshot = envelope.get(SNAPSHOT);
		return within((snapshot != null) ? snapshot : this.nothing, envelope.get(DIAGNOSTICS), SendersContext.HANDLING,
				envelope.get(SUBSCRIBER), invocation::proceed);
	}

	/** Run something with values that belong to the thread, and set back the others. */
	@SuppressWarnings("try")
	private static <X extends Throwable> @Nullable Object within(ContextSnapshot snapshot,
			@Nullable Map<String, String> diagnostics, ThreadLocal<@Nullable Object> place, @Nullable Object subscriber,
			Body<X> body) throws X {
		Map<String, String> before = MDC.getCopyOfContextMap();
		set(diagnostics);
		Object outer = SendersContext.exchange(place, subscriber);
		try (Scope scope = snapshot.setThreadLocals()) {
			return body.run();
		}
		finally {
			SendersContext.exchange(place, outer);
			set(before);
		}
	}

	private static void set(@Nullable Map<String, String> diagnostics) {
		if (diagnostics != null && !diagnostics.isEmpty()) {
			MDC.setContextMap(diagnostics);
		}
		else {
			MDC.clear();
		}
	}

	/**
	 * What runs.
	 *
	 * @param <X> what it throws
	 */
	private interface Body<X extends Throwable> {

		@Nullable Object run() throws X;

	}

}
