package io.genserver.spring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.target.SingletonTargetSource;

/**
 * An instance of a server as the bean factory hands it out: the object that has the
 * state, perhaps behind the proxies of aspects, of which there may be several one behind
 * the other. Operations are invoked on the outermost; only they get advice.
 *
 * @param target the object that has the state
 * @param advisors the advisors of all proxies before it
 */
record AdvisedInstance(Object target, List<Advisor> advisors) {

	/**
	 * Look behind the proxies of an instance.
	 * @param server the server, for messages
	 * @param instance the outermost proxy, or the target itself
	 * @return what is behind
	 * @throws InvalidServerException if a proxy does not stand for one object for good
	 */
	static AdvisedInstance of(ServerBean server, Object instance) {
		List<Advisor> advisors = new ArrayList<>();
		Object each = instance;
		while (each instanceof Advised advised) {
			advisors.addAll(Arrays.asList(advised.getAdvisors()));
			each = next(server, advised.getTargetSource());
		}
		if (each instanceof SpringProxy) {
			throw new InvalidServerException(
					"The instance of server '" + server.name() + "' is behind a proxy that does not say what is behind"
							+ " it: functions could not be given the server.",
					"Do not make the proxies of its aspects opaque.");
		}
		return new AdvisedInstance(each, List.copyOf(advisors));
	}

	private static Object next(ServerBean server, TargetSource source) {
		if (source instanceof SingletonTargetSource singleton) {
			return singleton.getTarget();
		}
		throw new InvalidServerException(
				"The instance of server '" + server.name() + "' is behind a proxy whose target changes ("
						+ source.getClass().getName() + "), but a server is one object that handles one message at a"
						+ " time.",
				"Remove the custom target source; to exchange the instance, use GenServerRegistry.restart.");
	}

	/** The object that has the state, behind an instance known to be in order. */
	static Object target(Object instance) {
		Object each = instance;
		while (each instanceof Advised advised
				&& advised.getTargetSource() instanceof SingletonTargetSource singleton) {
			each = singleton.getTarget();
		}
		return each;
	}

	/**
	 * Check that advice keeps to the server's turn and reaches every operation.
	 * @param server the server
	 * @param instance the outermost proxy
	 * @throws InvalidServerException if it does not
	 */
	void check(ServerBean server, Object instance) {
		for (Advisor each : this.advisors) {
			Object advice = each.getAdvice();
			if (advice instanceof AsyncExecutionInterceptor) {
				throw new InvalidServerException(
						"Advice (" + advice.getClass().getName() + ") would run methods of server '" + server.name()
								+ "' on another thread, at the same time as the server.",
						"Keep the advice off " + server.serverClass().getName()
								+ ": a server has a thread of its own already. Make the method a cast, or let it return"
								+ " a CompletableFuture.");
			}
		}
		if (instance != this.target) {
			ProxiedOperations.check(server, instance.getClass(), this.target.getClass());
		}
	}

	/** Whether some advice comes from a package, or is of a type that does. */
	boolean hasAdviceOf(String packagePrefix) {
		for (Advisor each : this.advisors) {
			Object advice = each.getAdvice();
			if (isOf(each.getClass(), packagePrefix) || isOf(advice.getClass(), packagePrefix)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isOf(@Nullable Class<?> type, String packagePrefix) {
		return type != null && (type.getName().startsWith(packagePrefix) || isOf(type.getSuperclass(), packagePrefix)
				|| Arrays.stream(type.getInterfaces()).anyMatch((each) -> isOf(each, packagePrefix)));
	}

}
