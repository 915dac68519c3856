package io.genserver.test;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.genserver.Caller;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcAuthorization.Target;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.time.Durations;

/**
 * Asks the application's rules whether a remote caller of a test may send a message, as
 * an endpoint does.
 *
 * @param rules the rules, in their order
 * @param patience real time in which each decides
 */
record PeerAuthorization(Supplier<Stream<RpcAuthorization>> rules, Duration patience) {

	/**
	 * Check.
	 * @throws RpcException if the message is refused
	 */
	void check(Caller.Remote caller, Target target) {
		this.rules.get().forEach((rule) -> {
			if (!decide(rule, caller, target)) {
				throw new RpcException(Status.PERMISSION_DENIED, target + ": permission denied by " + rule, true);
			}
		});
	}

	private boolean decide(RpcAuthorization rule, Caller.Remote caller, Target target) {
		try {
			return Boolean.TRUE.equals(rule.authorize(caller, target)
				.toCompletableFuture()
				.get(Durations.nanos(this.patience), TimeUnit.NANOSECONDS));
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RpcException refusal) {
				throw refusal;
			}
			throw denied(rule, target, (ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (TimeoutException | InterruptedException ex) {
			throw new RpcException(Status.DEADLINE_EXCEEDED,
					target + ": " + rule + " did not decide in time whether it may be called", true, ex);
		}
		catch (RpcException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw denied(rule, target, ex);
		}
	}

	private static RpcException denied(RpcAuthorization rule, Target target, Throwable cause) {
		return new RpcException(Status.PERMISSION_DENIED,
				target + ": permission denied, since " + rule + " failed: " + cause, true, cause);
	}

}
