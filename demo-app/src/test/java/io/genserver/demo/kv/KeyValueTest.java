package io.genserver.demo.kv;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class KeyValueTest {

	private static final Duration GUARD = Duration.ofSeconds(240);

	@Autowired
	private KeyValue kv;

	@Test
	void whatWasSetIsThere() {
		this.kv.set("colour", "red");
		assertThat(this.kv.get("colour")).isEqualTo("red");
		assertThat(this.kv.find("colour")).succeedsWithin(GUARD).isEqualTo("red");
		assertThat(this.kv.get("taste")).isNull();
	}

	@Test
	void aWatcherSeesWhatIsThereAndEveryChangeOfItsPrefix() {
		this.kv.set("watched.a", "1");
		this.kv.set("other", "1");
		StepVerifier.create(this.kv.watch("watched.")).expectNext(new Change("watched.a", "1")).then(() -> {
			this.kv.set("other", "2");
			this.kv.set("watched.b", "2");
			this.kv.set("watched.a", "3");
		}).expectNext(new Change("watched.b", "2"), new Change("watched.a", "3")).thenCancel().verify(GUARD);
	}

	@Test
	void aWatcherThatFallsTooFarBehindGetsAnError() {
		StepVerifier.create(this.kv.watch("flood."), 0).then(() -> {
			// Messages of one sender are handled in order: the watcher is there now.
			this.kv.get("flood.x");
			for (int i = 0; i < 3000; i++) {
				this.kv.set("flood.x", "value " + i);
				if (i % 100 == 0) {
					this.kv.get("flood.x");
				}
			}
			this.kv.get("flood.x");
		})
			.thenRequest(Long.MAX_VALUE)
			.thenConsumeWhile((change) -> change.key().equals("flood.x"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(IllegalStateException.class)
				.hasMessage("Watching flood.* ended: more than 1024 changes behind"))
			.verify(GUARD);
		assertThat(this.kv.get("flood.x")).isEqualTo("value 2999");
	}

}
