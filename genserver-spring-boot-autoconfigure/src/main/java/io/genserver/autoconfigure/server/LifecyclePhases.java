package io.genserver.autoconfigure.server;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.SmartLifecycle;

/**
 * The phases in which parts of this library start, low ones first, and stop, high ones
 * first: clients, timers, servers, background services, endpoint.
 */
public final class LifecyclePhases {

	/** Below the phases in which web servers start and stop. */
	static final int SERVERS = SmartLifecycle.DEFAULT_PHASE - 4096;

	/** Above the servers' phase and below those of web servers. */
	private static final int BACKGROUND_ABOVE_SERVERS = 1024;

	private static final String SERVERS_KEY = "genserver.lifecycle.phase";

	private LifecyclePhases() {
	}

	static int servers(GenServerProperties properties) {
		return properties.getLifecycle().getPhase();
	}

	/**
	 * Where what stops after the servers does.
	 */
	static int belowServers(GenServerProperties properties) {
		return below(servers(properties));
	}

	/** Clients, which handlers use until the servers have stopped. */
	public static int clients(GenServerProperties properties) {
		return below(belowServers(properties));
	}

	private static int below(int phase) {
		return (phase > Integer.MIN_VALUE) ? phase - 1 : phase;
	}

	public static int background(GenServerProperties properties, @Nullable Integer set) {
		int servers = servers(properties);
		if (set != null) {
			return above("genserver.background.lifecycle.phase", set, servers,
					"background services call servers, which must have started before and stop after them");
		}
		return (int) Math.min(Integer.MAX_VALUE, (long) servers + BACKGROUND_ABOVE_SERVERS);
	}

	public static int endpoint(GenServerProperties properties, @Nullable Integer set) {
		return above("genserver.rpc.lifecycle.phase", set, servers(properties),
				"calls in flight must be answered before the servers stop");
	}

	private static int above(String key, @Nullable Integer set, int servers, String why) {
		int phase = (set != null) ? set : SmartLifecycle.DEFAULT_PHASE;
		if (phase < servers) {
			throw new InvalidConfigurationPropertyValueException(key, phase,
					"It must be at least " + SERVERS_KEY + ", which is " + servers + ": " + why);
		}
		return phase;
	}

}
