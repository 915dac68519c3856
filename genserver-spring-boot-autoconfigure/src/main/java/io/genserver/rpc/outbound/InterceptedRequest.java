package io.genserver.rpc.outbound;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.Envelope.Attribute;
import io.genserver.remote.RpcInterceptor;
import io.genserver.remote.RpcRequest;
import io.genserver.rpc.RequestHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the interceptors, first to be sent and once to its end.
 */
final class InterceptedRequest implements RpcRequest {

	private final RpcInterceptors interceptors;

	private final RemoteMethod method;

	private final String peer;

	private final Kind kind;

	private final Map<String, String> headers = new LinkedHashMap<>();

	private final Map<Attribute<?>, Object> attributes = new ConcurrentHashMap<>(4);

	private final AtomicBoolean over = new AtomicBoolean();

	private boolean sent;

	/** Those that have seen it. */
	private RpcInterceptor[] shown = {};

	InterceptedRequest(RpcInterceptors interceptors, RemoteMethod method, String peer, Kind kind) {
		this.interceptors = interceptors;
		this.method = method;
		this.peer = peer;
		this.kind = kind;
	}

	/**
	 * Show it to the interceptors. Throws what one of them throws, after those before it
	 * were notified of the end.
	 * @param body what it is given
	 * @return what is to be sent
	 */
	RequestBody send(RequestBody body) {
		RpcInterceptor[] all = this.interceptors.all();
		int passed = 0;
		try {
			for (RpcInterceptor each : all) {
				each.sending(this);
				passed++;
			}
			this.shown = all;
		}
		catch (Throwable ex) {
			this.shown = Arrays.copyOf(all, passed);
			end(ex);
			throw ex;
		}
		synchronized (this) {
			this.sent = true;
			return body.with(Map.copyOf(this.headers));
		}
	}

	/** Tell of the end, the first time. */
	void end(@Nullable Throwable failure) {
		if (this.over.compareAndSet(false, true)) {
			this.interceptors.ended(this.shown, this, failure);
		}
	}

	@Override
	public String operation() {
		return this.method.wireName();
	}

	@Override
	public String peer() {
		return this.peer;
	}

	@Override
	public Kind kind() {
		return this.kind;
	}

	@Override
	public synchronized Map<String, String> headers() {
		return Map.copyOf(this.headers);
	}

	@Override
	public synchronized void header(String name, String value) {
		String kept = RequestHeaders.name(name);
		RequestHeaders.value(name, Objects.requireNonNull(value, "value"));
		if (this.sent) {
			throw new IllegalStateException(this + " was sent already: set header " + name + " in sending(...)");
		}
		this.headers.put(kept, value);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> @Nullable T get(Attribute<T> attribute) {
		return (T) this.attributes.get(attribute);
	}

	@Override
	public <T> void put(Attribute<T> attribute, T value) {
		this.attributes.put(attribute, value);
	}

	@Override
	public String toString() {
		return this.method + " to " + this.peer;
	}

}
