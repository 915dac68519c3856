package io.genserver.autoconfigure.server;

/**
 * Thrown when the servers may take longer to stop than Spring waits for a phase of its
 * shutdown.
 */
class ShutdownConflictException extends RuntimeException {

	private final String key;

	private final String value;

	private final String phaseKey;

	private final String phaseTimeout;

	ShutdownConflictException(String key, String value, String phaseKey, String phaseTimeout) {
		super("Property '" + key + "' is " + value + ", which is longer than '" + phaseKey + "', " + phaseTimeout);
		this.key = key;
		this.value = value;
		this.phaseKey = phaseKey;
		this.phaseTimeout = phaseTimeout;
	}

	String key() {
		return this.key;
	}

	String value() {
		return this.value;
	}

	String phaseKey() {
		return this.phaseKey;
	}

	String phaseTimeout() {
		return this.phaseTimeout;
	}

}
