package io.genserver.demo.board;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

class TileWatcherTest {

	private final TileWatcher watcher = new TileWatcher(new byte[] { 1, 2, 3 });

	private final Received received = new Received();

	@Test
	void handsOverTheSnapshotFirstAndThenWhatIsPainted() {
		this.watcher.updates().subscribe(this.received);
		this.received.request(10);
		this.watcher.painted(1, 2, 0xABCDEF);
		this.watcher.painted(1, 2, 0x123456);
		assertThat(this.received.updates.get(0).snapshot()).containsExactly(1, 2, 3);
		assertThat(this.received.updates.subList(1, 3)).extracting(TileUpdate::painted)
			.containsExactly(List.of(new Pixel(1, 2, 0xABCDEF)), List.of(new Pixel(1, 2, 0x123456)));
	}

	@Test
	void keepsOnlyTheLastColourOfAPixelForAWatcherThatIsSlow() {
		this.watcher.updates().subscribe(this.received);
		this.received.request(1);
		for (int round = 0; round < 100; round++) {
			for (int pixel = 0; pixel < Tile.SIZE * Tile.SIZE; pixel++) {
				this.watcher.painted(pixel % Tile.SIZE, pixel / Tile.SIZE, round);
			}
		}
		assertThat(this.received.updates).hasSize(1);
		this.received.request(Long.MAX_VALUE);
		assertThat(this.received.updates).hasSize(1 + Tile.SIZE * Tile.SIZE / 256);
		assertThat(this.received.updates.subList(1, this.received.updates.size())).flatExtracting(TileUpdate::painted)
			.hasSize(Tile.SIZE * Tile.SIZE)
			.allMatch((pixel) -> pixel.rgb() == 99);
	}

	@Test
	void givesEachPixelItsLastColourThoughPaintedAndFetchedAtOnce() throws InterruptedException {
		Map<Integer, Integer> expected = new HashMap<>();
		Map<Integer, Integer> seen = new HashMap<>();
		CountDownLatch last = new CountDownLatch(1);
		this.watcher.updates().publishOn(Schedulers.parallel(), 1).subscribe((update) -> {
			for (Pixel pixel : update.painted()) {
				seen.put(pixel.y() * Tile.SIZE + pixel.x(), pixel.rgb());
				if (pixel.rgb() == -1) {
					last.countDown();
				}
			}
		});
		Random random = new Random(3);
		for (int i = 0; i < 200_000; i++) {
			int x = random.nextInt(Tile.SIZE);
			int y = random.nextInt(Tile.SIZE - 1);
			expected.put(y * Tile.SIZE + x, i);
			this.watcher.painted(x, y, i);
		}
		// Never painted before, so it is the last in the queue.
		this.watcher.painted(0, Tile.SIZE - 1, -1);
		expected.put((Tile.SIZE - 1) * Tile.SIZE, -1);
		assertThat(last.await(240, TimeUnit.SECONDS)).isTrue();
		assertThat(seen).isEqualTo(expected);
	}

	/** Takes what it asked for. */
	private static final class Received extends BaseSubscriber<TileUpdate> {

		private final List<TileUpdate> updates = new ArrayList<>();

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// Asks for nothing by itself.
		}

		@Override
		protected void hookOnNext(TileUpdate update) {
			this.updates.add(update);
		}

	}

}
