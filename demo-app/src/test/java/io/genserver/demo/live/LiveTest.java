package io.genserver.demo.live;

import java.time.Duration;
import java.util.List;

import io.genserver.Keyed;
import io.genserver.demo.board.Tile;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class LiveTest {

	private static final Duration GUARD = Duration.ofSeconds(240);

	@Autowired
	private Visitors visitors;

	@Autowired
	private Pulse pulse;

	@Autowired
	private Keyed<Tile> tiles;

	@Test
	void visitorsAreHereAsLongAsTheirStream() {
		Visitor ann = new Visitor("Ann", "#ff0000");
		Visitor bob = new Visitor("Bob", "#00ff00");
		Flux<List<Visitor>> seen = this.visitors.enter("Ann", "#ff0000");
		StepVerifier.Step<List<Visitor>> ann1 = StepVerifier.create(seen).expectNext(List.of(ann));
		Disposable.Swap stay = Disposables.swap();
		ann1.then(() -> stay.update(this.visitors.enter("Bob", "#00ff00").subscribe()))
			.expectNext(List.of(ann, bob))
			.then(stay::dispose)
			.expectNext(List.of(ann))
			.thenCancel()
			.verify(GUARD);
	}

	@Test
	void aVisitorHasANameAndAColour() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.visitors.enter(" ", "#ff0000").blockFirst(GUARD))
			.withMessageContaining("1 to 40 characters");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.visitors.enter("Ann", "red; x: url(evil)").blockFirst(GUARD))
			.withMessageContaining("#rrggbb");
	}

	@Test
	void aBeatTellsWhatTheTilesDid() {
		this.pulse.ping();
		StepVerifier.create(this.pulse.watch().doOnNext((beat) -> this.tiles.get("5,5").paint(1, 1, 0xFF0000)))
			.thenConsumeWhile((beat) -> beat.perSecond() == 0
					|| beat.tiles().stream().noneMatch((tile) -> tile.key().equals("5,5") && tile.handled() > 0))
			.expectNextCount(1)
			.thenCancel()
			.verify(GUARD);
	}

	@Test
	void thePageAndWhatItLoadsAreServed(@LocalServerPort int port) {
		WebTestClient web = WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + port)
			.responseTimeout(GUARD)
			.build();
		for (String path : List.of("/", "/page/page.js", "/page/page.css", "/page/servers.js", "/page/panel.js",
				"/page/board.js", "/page/brush.js", "/page/plots.js", "/genserver/genserver-client.js")) {
			web.get().uri(path).exchange().expectStatus().isOk();
		}
	}

}
