package io.genserver.spring;

import java.util.function.BooleanSupplier;

import io.netty.util.concurrent.FastThreadLocalThread;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

import org.springframework.util.ClassUtils;

/**
 * Knows the threads that must not block: those Reactor marks, and Netty's.
 */
public final class NonBlockingThreads {

	private NonBlockingThreads() {
	}

	/**
	 * Return a test for the calling thread.
	 * @param classLoader where to look for Reactor and Netty
	 * @return whether the calling thread must not block; never true without either
	 */
	public static BooleanSupplier detect(@Nullable ClassLoader classLoader) {
		boolean reactor = ClassUtils.isPresent("reactor.core.scheduler.Schedulers", classLoader);
		boolean netty = ClassUtils.isPresent("io.netty.util.concurrent.FastThreadLocalThread", classLoader);
		if (reactor && netty) {
			return () -> ReactorThreads.test() || NettyThreads.test();
		}
		if (reactor) {
			return ReactorThreads::test;
		}
		return netty ? NettyThreads::test : () -> false;
	}

	/** Loaded only with Reactor. */
	private static final class ReactorThreads {

		static boolean test() {
			return Schedulers.isInNonBlockingThread();
		}

	}

	/** Loaded only with Netty. */
	private static final class NettyThreads {

		static boolean test() {
			return Thread.currentThread() instanceof FastThreadLocalThread thread && !thread.permitBlockingCalls();
		}

	}

}
