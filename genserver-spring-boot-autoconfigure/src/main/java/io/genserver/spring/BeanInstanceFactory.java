package io.genserver.spring;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.FunctionRefusedException;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.message.CallerError;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanInstantiationException;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.util.ClassUtils;

/**
 * Makes the instances of a server: as beans, with their dependencies injected,
 * initialized, and destroyed as their definition says, or as the application supplies
 * them. Where aspects put proxies before them, operations get their advice; functions get
 * what is behind, which has the state, and none at all if the server's methods are
 * secured.
 */
final class BeanInstanceFactory implements InstanceFactory {

	private static final SafeLogger logger = SafeLogger.of(BeanInstanceFactory.class);

	private static final String TRANSACTIONS = "org.springframework.transaction.";

	private final ServerBean server;

	private final InstanceSource instances;

	private final boolean security;

	private final AtomicBoolean warned = new AtomicBoolean();

	/** Why functions are refused, {@code null} if they are not as far as is known. */
	private volatile @Nullable String refusal;

	/** The class of proxies that have been looked at, {@code null} for no proxies yet. */
	private volatile @Nullable Class<?> proxy;

	private volatile boolean transactional;

	/** Whether a ref was handed out, by which functions may come. */
	private volatile boolean referenced;

	/**
	 * Create.
	 * @param server the server
	 * @param instances where instances are made
	 * @param security whether Spring Security is there; nothing else secures methods
	 */
	BeanInstanceFactory(ServerBean server, InstanceSource instances, boolean security) {
		this.server = server;
		this.instances = instances;
		this.security = security;
		String annotation = security ? SecuredMethods.find(server.serverClass()) : null;
		this.refusal = (annotation != null) ? refusal(annotation) : null;
	}

	@Override
	public Object create() {
		Object instance = this.instances.make(this.server);
		try {
			look(instance);
			return instance;
		}
		catch (RuntimeException ex) {
			destroy(instance);
			throw ex;
		}
	}

	/**
	 * The container wraps what a constructor, a factory method or an initialization
	 * method throws. What it throws by itself, such as for a missing dependency, stays.
	 */
	@Override
	public Throwable unwrapped(Throwable failure) {
		if (!(failure instanceof BeanCreationException) || failure instanceof UnsatisfiedDependencyException) {
			return failure;
		}
		Throwable cause = failure.getCause();
		Throwable thrown = (cause instanceof BeanInstantiationException) ? cause.getCause() : cause;
		return (thrown != null && !(thrown instanceof BeansException)) ? thrown : failure;
	}

	@Override
	public void destroy(Object instance) {
		this.instances.destroy(this.server, instance);
	}

	private void look(Object instance) {
		AdvisedInstance advised = AdvisedInstance.of(this.server, instance);
		if (advised.target() == instance || instance.getClass() == this.proxy) {
			return;
		}
		advised.check(this.server, instance);
		if (this.security && this.refusal == null) {
			String annotation = SecuredMethods.find(advised.target().getClass());
			if (annotation != null || advised.hasAdviceOf(SecuredMethods.ADVICE)) {
				this.refusal = refusal((annotation != null) ? annotation : "advice of Spring Security");
			}
		}
		this.transactional = advised.hasAdviceOf(TRANSACTIONS);
		this.proxy = instance.getClass();
		if (this.referenced) {
			warn();
		}
	}

	/** A ref of the server was injected. */
	void referenced() {
		this.referenced = true;
	}

	@Override
	public void checkFunction() {
		String reason = this.refusal;
		if (reason != null) {
			throw new FunctionRefusedException(reason);
		}
	}

	@Override
	public Object target(Object instance) {
		if (this.proxy == null) {
			return instance;
		}
		String reason = this.refusal;
		if (reason != null) {
			throw new Refused(reason);
		}
		warn();
		return AdvisedInstance.target(instance);
	}

	/** Say once what functions do without. */
	private void warn() {
		if (this.transactional && this.refusal == null && !this.warned.get()
				&& this.warned.compareAndSet(false, true)) {
			logger.warn("Functions that are sent to server '{}' by a GenServerRef run without the transactions of its"
					+ " @Transactional methods, also where they call these. Use {}, or let the function use a"
					+ " TransactionTemplate", this.server.name(), instead());
		}
	}

	private String refusal(String reason) {
		return "Server '" + this.server.name() + "' takes no functions, because its methods are secured (" + reason
				+ "), which a function would get past. Use " + instead();
	}

	private String instead() {
		String contract = this.server.injectableContract();
		return (contract != null) ? "its contract " + contract
				: "messages: methods annotated @Call or @Cast, and GenServerRegistry.call";
	}

	/**
	 * A proxy wraps a checked exception that a method does not declare. The first frame
	 * that belongs to this server tells whether its own proxy did so, or one further down
	 * whose exception the handler let through.
	 */
	@Override
	public Throwable thrown(Object instance, Throwable failure) {
		Throwable cause = failure.getCause();
		if (this.proxy == null || !(failure instanceof UndeclaredThrowableException) || cause == null) {
			return failure;
		}
		Class<?> proxied = instance.getClass();
		Class<?> target = ClassUtils.getUserClass(AdvisedInstance.target(instance));
		for (StackTraceElement frame : failure.getStackTrace()) {
			if (frame.getClassName().equals(proxied.getName())) {
				return cause;
			}
			if (isFrameOf(frame, target)) {
				return failure;
			}
		}
		return cause;
	}

	private static boolean isFrameOf(StackTraceElement frame, Class<?> target) {
		for (Class<?> each = target; each != null && each != Object.class; each = each.getSuperclass()) {
			if (frame.getClassName().equals(each.getName())) {
				return true;
			}
		}
		return false;
	}

	/** Refused in the server's turn, which is no failure of the server. */
	private static final class Refused extends FunctionRefusedException implements CallerError {

		Refused(String message) {
			super(message);
		}

	}

}
