package io.genserver.demo.board;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.GenServerRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Painting on tiles whose mailboxes are always full.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE, properties = "genserver.servers.tile.mailbox.capacity=16")
class FullMailboxTest {

	private static final Duration GUARD = Duration.ofSeconds(240);

	@Autowired
	private Board board;

	@Autowired
	private GenServerRegistry registry;

	@Test
	void nothingIsLostAndOnlookersStillSeeTheBoard() throws Exception {
		Picture photograph = Pictures.photograph(256, 256, 7);
		AtomicBoolean painted = new AtomicBoolean();
		CompletableFuture<Void> onlooker = CompletableFuture.runAsync(() -> {
			do {
				assertThat(this.board.render().block(GUARD)).isNotNull();
			}
			while (!painted.get());
		});
		this.board.paint(photograph, 0, 0);
		painted.set(true);
		onlooker.get();
		assertThat(this.registry.info("tile").mailbox().capacity()).isEqualTo(16);
		assertThat(this.registry.info("tile").mailbox().highWater()).isEqualTo(16);
		Picture rendered = this.board.render().block(GUARD);
		assertThat(rendered).isNotNull();
		for (int y = 0; y < 256; y++) {
			int from = y * Board.WIDTH;
			assertThat(Arrays.copyOfRange(rendered.rgb(), from, from + 256))
				.isEqualTo(Arrays.copyOfRange(photograph.rgb(), y * 256, (y + 1) * 256));
		}
	}

}
