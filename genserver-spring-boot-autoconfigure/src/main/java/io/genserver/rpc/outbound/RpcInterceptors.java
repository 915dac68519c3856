package io.genserver.rpc.outbound;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.genserver.log.SafeLogger;
import io.genserver.remote.RpcInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * The interceptors of a client, or of an endpoint's calls to its peers. Asked for with
 * the first request. Safe for use by many threads.
 */
public final class RpcInterceptors {

	private static final SafeLogger logger = SafeLogger.of(RpcInterceptors.class);

	/** There are none. */
	public static final RpcInterceptors NONE = new RpcInterceptors(List::of);

	private final Supplier<List<RpcInterceptor>> source;

	private final AtomicBoolean failed = new AtomicBoolean();

	private volatile RpcInterceptor @Nullable [] all;

	/**
	 * Create.
	 * @param source returns the interceptors, the outermost first; called with the first
	 * request
	 */
	public RpcInterceptors(Supplier<List<RpcInterceptor>> source) {
		this.source = source;
	}

	RpcInterceptor[] all() {
		RpcInterceptor[] known = this.all;
		if (known == null) {
			known = this.source.get().toArray(RpcInterceptor[]::new);
			this.all = known;
		}
		return known;
	}

	/**
	 * Tell of the end. A request's outcome is never lost to what an interceptor throws.
	 */
	void ended(RpcInterceptor[] shown, InterceptedRequest request, @Nullable Throwable failure) {
		for (RpcInterceptor each : shown) {
			try {
				each.ended(request, failure);
			}
			catch (Throwable ex) {
				if (this.failed.compareAndSet(false, true)) {
					logger.error("Interceptor {} failed at the end of {}; further failures are not logged", each,
							request, ex);
				}
			}
		}
	}

}
