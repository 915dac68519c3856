package io.genserver.rpc.server;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.genserver.GenServerRegistry;
import io.genserver.rpc.inbound.ExposedOperations;

/**
 * What an endpoint says about itself: {@code $rpc.health} and, where it is wanted,
 * {@code $rpc.describe}, in addition to {@code $rpc.ping}, which every end answers.
 */
public final class BuiltInMethods {

	private BuiltInMethods() {
	}

	/**
	 * Offer them.
	 * @param exposed what peers may call
	 * @param registry knows the servers
	 * @param stuckHandlerLimit a handler that runs longer counts as stuck
	 * @param describe who may know what there is
	 * @param clock nanoseconds from an arbitrary origin
	 */
	public static void offer(ExposedOperations exposed, GenServerRegistry registry, Duration stuckHandlerLimit,
			Describe describe, LongSupplier clock) {
		RpcHealth health = new RpcHealth(registry, exposed, stuckHandlerLimit, clock);
		exposed.offer("health", true, health::tell);
		if (describe != Describe.OFF) {
			exposed.offer("describe", describe == Describe.AUTHORIZED, () -> ApiDescription.of(exposed));
		}
	}

	/**
	 * Who may ask what there is to call.
	 */
	public enum Describe {

		/**
		 * No peer.
		 */
		OFF,

		/**
		 * Whom every RpcAuthorization bean allows operation 'describe' of server '$rpc'.
		 */
		AUTHORIZED,

		/**
		 * Everybody who is connected.
		 */
		ON

	}

}
