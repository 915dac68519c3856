package com.example.twins;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.KeyedReplies;
import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceInfo;
import io.genserver.background.ServiceState;
import io.genserver.test.AutoConfigureVirtualTime;
import io.genserver.test.GenServerTest;
import io.genserver.test.VirtualTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.bean.override.convention.TestBean;

import static org.assertj.core.api.Assertions.assertThat;

@GenServerTest({ TwinServer.class, StoreServer.class, GatewayReader.class, GatewayReader.ToTwins.class })
@AutoConfigureVirtualTime
class TwinServerTests {

	private static final Queue<Gateway.Report> reports = new ConcurrentLinkedQueue<>();

	private static final AtomicInteger brokenPolls = new AtomicInteger();

	private static final AtomicInteger brokenWrites = new AtomicInteger();

	@TestBean
	private Gateway gateway;

	@TestBean
	private TwinRepository repository;

	@Autowired
	private Keyed<Twin> twins;

	@Autowired
	private GenServerRegistry registry;

	@Autowired
	private BackgroundServices services;

	static Gateway gateway() {
		return () -> {
			if (brokenPolls.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
				throw new IOException("The gateway does not answer");
			}
			return reports.poll();
		};
	}

	static TwinRepository repository() {
		return new TwinRepository() {

			@Override
			void save(Twin.State state) {
				if (brokenWrites.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
					throw new IllegalStateException("The table is locked");
				}
				super.save(state);
			}

		};
	}

	@BeforeEach
	void allIsWell() {
		brokenPolls.set(0);
		brokenWrites.set(0);
	}

	@Test
	void aDeviceIsOfflineHalfAMinuteAfterItsLastReport(VirtualTime time) {
		Twin twin = this.twins.get("lamp");
		twin.report(20);
		time.advance(Duration.ofSeconds(29));
		twin.report(21);
		time.advance(Duration.ofSeconds(29));
		assertThat(twin.state()).isEqualTo(new Twin.State("lamp", 2, 21, true));
		time.advance(Duration.ofSeconds(1));
		assertThat(twin.state()).isEqualTo(new Twin.State("lamp", 2, 21, false));
	}

	@Test
	void aTwinIsLoadedAgainAfterAnIdleTime(VirtualTime time) {
		this.twins.get("heater").report(30);
		time.advance(Duration.ofMinutes(11));
		assertThat(this.twins.keys()).doesNotContain("heater");
		assertThat(this.repository.find("heater")).isEqualTo(new Twin.State("heater", 1, 30, false));
		assertThat(this.twins.get("heater").state()).isEqualTo(new Twin.State("heater", 1, 30, false));
	}

	@Test
	void whatCannotBeSavedIsSavedLater(VirtualTime time) {
		brokenWrites.set(2);
		this.twins.get("door").report(12);
		time.settle();
		assertThat(this.repository.find("door")).isNull();
		this.twins.get("door").report(13);
		time.settle();
		assertThat(this.repository.find("door")).isNull();
		time.advance(Duration.ofSeconds(5));
		assertThat(this.repository.find("door").temperature()).isEqualTo(13);
	}

	@Test
	void whatIsNotSavedYetIsSavedAtTheEnd(VirtualTime time) {
		brokenWrites.set(1);
		this.twins.get("fridge").report(4);
		time.settle();
		assertThat(this.repository.find("fridge")).isNull();
		this.registry.restart("twin", "fridge");
		time.settle();
		assertThat(this.repository.find("fridge")).isEqualTo(new Twin.State("fridge", 1, 4, true));
		assertThat(this.twins.get("fridge").state().temperature()).isEqualTo(4);
	}

	@Test
	void allTwinsAreAskedTogether() {
		this.twins.get("north").report(10);
		this.twins.get("south").report(20);
		KeyedReplies<Twin.State> all = this.twins.askAll(List.of("north", "south"), 64, Twin::state).join();
		assertThat(DevicesController.Summary.of(all)).isEqualTo(new DevicesController.Summary(2, 15, 0));
	}

	@Test
	void theGatewayIsReadAgainHoweverLongItIsAway(VirtualTime time) {
		brokenPolls.set(100);
		reports.add(new Gateway.Report("far-away", 7));
		time.advance(Duration.ofHours(1));
		assertThat(brokenPolls.get()).isZero();
		assertThat(this.twins.get("far-away").state().reports()).isOne();
		assertThat(this.services.list()).extracting(ServiceInfo::state).containsExactly(ServiceState.RUNNING);
	}

}
