package io.genserver.runtime.contract;

import java.lang.reflect.Method;

/**
 * Thrown when a method cannot be an operation, or an interface cannot be a contract.
 */
public class InvalidOperationException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String subject;

	private final String reason;

	private final String action;

	/**
	 * Create an exception for a method.
	 * @param method the method
	 * @param reason why it cannot be an operation
	 * @param action what to do about it
	 */
	public InvalidOperationException(Method method, String reason, String action) {
		this("Method " + describe(method), reason, action);
	}

	/**
	 * Create an exception.
	 * @param subject what is wrong
	 * @param reason why
	 * @param action what to do about it
	 */
	public InvalidOperationException(String subject, String reason, String action) {
		super(subject + " " + reason + ". " + action);
		this.subject = subject;
		this.reason = reason;
		this.action = action;
	}

	/**
	 * Return what is wrong and why.
	 * @return one sentence
	 */
	public String description() {
		return this.subject + " " + this.reason + ".";
	}

	/**
	 * Return what to do about it.
	 * @return one sentence
	 */
	public String action() {
		return this.action;
	}

	/**
	 * Describe a method as a reader of its source knows it.
	 * @param method the method
	 * @return class, name and parameter types
	 */
	public static String describe(Method method) {
		StringBuilder text = new StringBuilder(method.getDeclaringClass().getName()).append('.')
			.append(method.getName())
			.append('(');
		for (int i = 0; i < method.getParameterCount(); i++) {
			text.append((i > 0) ? ", " : "").append(method.getParameterTypes()[i].getSimpleName());
		}
		return text.append(')').toString();
	}

}
