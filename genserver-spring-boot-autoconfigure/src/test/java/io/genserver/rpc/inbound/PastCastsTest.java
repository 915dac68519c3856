package io.genserver.rpc.inbound;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.genserver.rpc.peer.TestServers;
import io.genserver.runtime.Server;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is remembered of connections that are over. */
@RealThreads
class PastCastsTest {

	private final TestServers servers = new TestServers()
		.add("room", Object.class, Object::new, true, ServerSettings.DEFAULTS)
		.add("hall", Object.class, Object::new, true, ServerSettings.DEFAULTS)
		.start();

	private final Server room = this.servers.runtime().server("room");

	private final Server hall = this.servers.runtime().server("hall");

	private final PastCasts past = new PastCasts();

	@AfterEach
	void stop() {
		this.servers.close();
	}

	private HeldPlaces.Place place(String key, int casts) {
		HeldPlaces.Place place = new HeldPlaces.Place(this.room, key);
		for (int i = 0; i < casts; i++) {
			place.take();
		}
		return place;
	}

	@Test
	void eachOwnerAndMailboxIsToldApartAndConnectionsAddUp() {
		HeldPlaces.Place first = place("a", 3);
		HeldPlaces.Place second = place("a", 2);
		this.past.keep("me", first);
		this.past.keep("me", second);
		this.past.keep("me", place("b", 0));
		assertThat(this.past.size()).isOne();
		assertThat(this.past.held("me", this.room, "a")).isEqualTo(5);
		assertThat(this.past.held("me", this.room, "b")).isZero();
		assertThat(this.past.held("me", this.hall, "a")).isZero();
		assertThat(this.past.held("you", this.room, "a")).isZero();
		assertThat(this.past.held(null, this.room, "a")).isZero();
		second.leave();
		first.leave();
		assertThat(this.past.held("me", this.room, "a")).isEqualTo(3);
		first.leave();
		first.leave();
		second.leave();
		assertThat(this.past.size()).isZero();
		assertThat(this.past.held("me", this.room, "a")).isZero();
	}

	@Test
	void whoeverHoldsMoreMailboxesThanAreToldApartIsRememberedAsAWhole() {
		List<HeldPlaces.Place> places = new ArrayList<>();
		for (int i = 0; i < 3 * PastCasts.MOST; i++) {
			HeldPlaces.Place place = place("k" + i, 1);
			places.add(place);
			this.past.keep("me", place);
		}
		assertThat(this.past.size()).isEqualTo(PastCasts.MOST + 1);
		assertThat(this.past.held("me", this.hall, "new")).isEqualTo(2 * PastCasts.MOST);
		for (int i = 0; i < 3 * PastCasts.MOST; i++) {
			this.past.keep("owner " + i, place("k", 1));
		}
		assertThat(this.past.size()).isEqualTo(2 * PastCasts.MOST);
		places.forEach(HeldPlaces.Place::leave);
		assertThat(this.past.held("me", this.hall, "new")).isZero();
		assertThat(this.past.size()).isEqualTo(PastCasts.MOST - 1);
	}

	/** Casts are taken while their connection ends: each is counted down once. */
	@Test
	void castsThatAreTakenWhileTheirConnectionEndsAreCountedDownOnce() throws Exception {
		Random random = new Random(3);
		try (ExecutorService takers = Executors.newFixedThreadPool(2)) {
			for (int round = 0; round < 2000; round++) {
				HeldPlaces.Place place = place("a", 8);
				List<Future<?>> taken = new ArrayList<>();
				for (int i = 0; i < 2; i++) {
					taken.add(takers.submit(() -> {
						for (int left = 4; left > 0; left--) {
							place.leave();
						}
					}));
				}
				for (int spins = random.nextInt(200); spins > 0; spins--) {
					Thread.onSpinWait();
				}
				this.past.keep("me", place);
				for (Future<?> each : taken) {
					each.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				}
				assertThat(this.past.held("me", this.room, "a")).isZero();
				assertThat(this.past.size()).isZero();
				assertThat(place.holdsAny()).isFalse();
			}
		}
	}

}
