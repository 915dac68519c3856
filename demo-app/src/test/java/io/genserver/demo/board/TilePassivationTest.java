package io.genserver.demo.board;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.Keyed;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tiles that are let go as soon as they have nothing to do.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE,
		properties = { "genserver.servers.tile.idle-timeout=1ms", "genserver.servers.painter.idle-timeout=1ms" })
class TilePassivationTest {

	private static final Duration GUARD = Duration.ofSeconds(240);

	@Autowired
	private Board board;

	@Autowired
	private Keyed<Tile> tiles;

	@Autowired
	private Keyed<Painter> painters;

	@Autowired
	private TileStore store;

	@Autowired
	private GenServerRegistry registry;

	@Test
	void anIdleTileIsLetGoAndItsPixelsAreThereWhenSomebodyLooksAgain() {
		Tile tile = this.tiles.get("3,4");
		for (int round = 1; round <= 20; round++) {
			tile.paint(round, 7, round);
			await(() -> isGone("3,4"));
			byte[] snapshot = tile.snapshot().block(GUARD);
			for (int x = 1; x <= round; x++) {
				assertThat(snapshot[(7 * Tile.SIZE + x) * 3 + 2]).as("round %s, column %s", round, x)
					.isEqualTo((byte) x);
			}
		}
	}

	@Test
	void noPixelIsLostThoughTilesComeAndGoWhileTheyArePainted() throws Exception {
		Picture expected = Pictures.filled(Board.WIDTH, 128, 0xFFFFFF);
		Random random = new Random(5);
		for (int round = 0; round < 200; round++) {
			int left = random.nextInt(Board.WIDTH - 40);
			int top = random.nextInt(128 - 20);
			Picture patch = Pictures.filled(40, 20, random.nextInt(0x1000000));
			this.board.paint(patch, left, 640 + top);
			for (int y = 0; y < 20; y++) {
				Arrays.fill(expected.rgb(), (top + y) * Board.WIDTH + left, (top + y) * Board.WIDTH + left + 40,
						patch.at(0, 0));
			}
		}
		Picture rendered = this.board.render().block(GUARD);
		assertThat(Arrays.copyOfRange(rendered.rgb(), 640 * Board.WIDTH, 768 * Board.WIDTH)).isEqualTo(expected.rgb());
	}

	@Test
	void aTileThatIsWatchedStays() throws Exception {
		Tile tile = this.tiles.get("5,5");
		Tile other = this.tiles.get("6,5");
		CountDownLatch watched = new CountDownLatch(1);
		Disposable watching = tile.watch().subscribe((update) -> watched.countDown());
		assertThat(watched.await(240, TimeUnit.SECONDS)).isTrue();
		other.paint(1, 1, 1);
		await(() -> isGone("6,5"));
		assertThat(isGone("5,5")).isFalse();
		watching.dispose();
		await(() -> isGone("5,5"));
	}

	@Test
	void whoWatchesATileThatRestartsIsTold() {
		Tile tile = this.tiles.get("7,6");
		StepVerifier.create(tile.watch())
			.expectNextCount(1)
			.then(() -> this.registry.restart("tile", "7,6"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(GenServerUnavailableException.class))
			.verify(GUARD);
	}

	@Test
	void aTileThatRestartsKeepsItsPixels() {
		Tile tile = this.tiles.get("7,7");
		tile.paint(1, 1, 0x123456);
		this.registry.restart("tile", "7,7");
		byte[] snapshot = tile.snapshot().block(GUARD);
		assertThat(Arrays.copyOfRange(snapshot, 65 * 3, 66 * 3)).containsExactly(0x12, 0x34, 0x56);
	}

	@Test
	void aTileThatWasNeverPaintedTakesNoRoom() {
		this.tiles.get("8,8").snapshot().block(GUARD);
		await(() -> isGone("8,8"));
		assertThat(this.store.take(new TilePosition(8, 8))).isNull();
	}

	@Test
	void anIdlePainterIsLetGoToo() {
		assertThat(this.painters.get("connection").spend(1)).isZero();
		await(() -> this.registry.info("painter", "connection") == null);
	}

	private boolean isGone(String key) {
		return this.registry.info("tile", key) == null;
	}

	private static void await(BooleanSupplier condition) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
			Thread.onSpinWait();
		}
	}

}
