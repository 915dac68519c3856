package io.genserver.test.slice;

import io.genserver.DeadLetter;
import io.genserver.GenServerRegistry;
import io.genserver.test.GenServerTest;
import io.genserver.test.ServersUnderTest;
import io.genserver.test.VirtualTime;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@GenServerTest(properties = "genserver.servers.nobody.call-timeout=1s")
@DirtiesContext
class GenServerSliceTests {

	@Autowired
	Stock stock;

	@Autowired
	GenServerRegistry registry;

	@Test
	void aSliceHasTheServersAndNothingElseOfTheApplication(@Autowired ApplicationContext context) {
		assertThat(this.registry.names()).containsExactlyInAnyOrder("stock", "heartbeat", "session");
		assertThat(context.getBeansOfType(Storefront.class)).isEmpty();
		assertThat(context.getBeansOfType(VirtualTime.class)).isEmpty();
		assertThat(context.containsBean("webHandler")).isFalse();
	}

	@Test
	void settingsForAServerThatIsNotThereOnlyWarn(@Autowired ApplicationContext context) {
		assertThat(context.getEnvironment().getProperty("genserver.unknown-servers")).isEqualTo("warn");
	}

	@RepeatedTest(3)
	void serversBeginAnewForEveryMethod() {
		assertThat(this.stock.pieces()).isZero();
		assertThat(this.registry.<Session>ref(Session.class, "ann").call(Session::visit)).isOne();
		this.stock.add(7);
		assertThat(this.stock.pieces()).isEqualTo(7);
	}

	@RepeatedTest(2)
	void aServerThatWasStoppedOrHasDeadLettersBeginsAnewToo(ServersUnderTest servers) {
		assertThat(servers.deadLetters()).isEmpty();
		this.registry.stop("stock").join();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(this.stock::pieces);
		assertThat(servers.deadLetters()).extracting(DeadLetter::server).contains("stock");
	}

	@Test
	void atRestEveryCastHasBeenHandled(ServersUnderTest servers) {
		long before = this.registry.info("stock").processed();
		for (int i = 0; i < 500; i++) {
			this.stock.add(1);
		}
		servers.settle();
		assertThat(this.registry.info("stock").processed() - before).isEqualTo(500);
	}

}
