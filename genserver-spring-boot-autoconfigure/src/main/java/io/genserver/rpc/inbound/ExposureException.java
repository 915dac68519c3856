package io.genserver.rpc.inbound;

import io.genserver.protocol.MethodId;

/**
 * Thrown when operations cannot be exposed as they are.
 */
public final class ExposureException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private ExposureException(String message, Throwable cause) {
		super(message, cause);
	}

	private ExposureException(String message) {
		super(message);
	}

	static ExposureException collision(ExposedOperation one, ExposedOperation other) {
		if (one.wireName().equals(other.wireName())) {
			return new ExposureException("Two operations would be called " + one.wireName()
					+ " on the wire, so that peers could not tell them apart: overloaded methods, or messages of equal"
					+ " simple name. Give one another name with @Call(\"...\") or @Cast(\"...\"), or do not expose both");
		}
		return new ExposureException("The names of " + one.wireName() + " and " + other.wireName()
				+ " have one id on the wire, " + MethodId.toHex(one.methodId())
				+ ". Give one another name with @Call(\"...\") or @Cast(\"...\")");
	}

	static ExposureException notEncodable(String wireName, IllegalArgumentException cause) {
		return new ExposureException("Operation " + wireName + " cannot be exposed: " + cause.getMessage(), cause);
	}

}
