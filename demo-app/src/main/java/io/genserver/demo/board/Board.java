package io.genserver.demo.board;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.MailboxFullException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.stereotype.Component;

/**
 * The board: 20 by 16 tiles, 1280 by 1024 pixels. Holds no pixels itself, only talks to
 * the tiles.
 */
@Component
class Board {

	static final int COLUMNS = 20;

	static final int ROWS = 16;

	static final int WIDTH = COLUMNS * Tile.SIZE;

	static final int HEIGHT = ROWS * Tile.SIZE;

	/** Snapshots asked for at a time. */
	private static final int CONCURRENCY = 64;

	/**
	 * A tile that is being painted on may have no room for another message right now. An
	 * asynchronous call is refused then instead of waiting, so it is made again.
	 */
	private static final Retry WHEN_THERE_IS_ROOM = Retry.backoff(200, Duration.ofMillis(1))
		.maxBackoff(Duration.ofMillis(20))
		.filter(MailboxFullException.class::isInstance)
		.onRetryExhaustedThrow((retry, signal) -> signal.failure());

	private static final Duration BARRIER_TIMEOUT = Duration.ofMinutes(1);

	private final Keyed<Tile> tiles;

	Board(Keyed<Tile> tiles) {
		this.tiles = tiles;
	}

	/**
	 * Put the snapshots of all tiles together. Each tile is as it was at some moment
	 * since the call; the moments of two tiles may differ. Blocks nobody.
	 */
	Mono<Picture> render() {
		Picture picture = Picture.blank(WIDTH, HEIGHT);
		return Flux.range(0, COLUMNS * ROWS)
			.map((index) -> new TilePosition(index % COLUMNS, index / COLUMNS))
			.flatMap((position) -> this.tiles.get(position.key())
				.snapshot()
				.retryWhen(WHEN_THERE_IS_ROOM)
				.doOnNext((snapshot) -> place(picture, position, snapshot)), CONCURRENCY)
			.then(Mono.just(picture));
	}

	/**
	 * Paint a picture pixel by pixel, one message each, and wait until the last one is
	 * painted. Blocks the calling thread: a tile whose mailbox is full makes it wait for
	 * room, which is all it takes never to overrun a tile.
	 */
	void paint(Picture picture, int left, int top) throws InterruptedException {
		Set<TilePosition> touched = new LinkedHashSet<>();
		for (int y = 0; y < picture.height(); y++) {
			if (Thread.interrupted()) {
				throw new InterruptedException("Nobody waits for the picture any more");
			}
			paintRow(picture, y, left, top + y, touched);
		}
		// Calls and casts of one sender are handled in the order sent:
		// when a tile answers this call, all its pixels are painted.
		for (TilePosition position : touched) {
			this.tiles.ref(position.key()).withTimeout(BARRIER_TIMEOUT).call((tile) -> true);
		}
	}

	private void paintRow(Picture picture, int pictureRow, int left, int boardRow, Set<TilePosition> touched) {
		int x = 0;
		while (x < picture.width()) {
			int column = (left + x) / Tile.SIZE;
			TilePosition position = new TilePosition(column, boardRow / Tile.SIZE);
			touched.add(position);
			GenServerRef<Tile> tile = this.tiles.ref(position.key());
			int end = Math.min(picture.width(), (column + 1) * Tile.SIZE - left);
			for (; x < end; x++) {
				int tileX = (left + x) % Tile.SIZE;
				int rgb = picture.at(x, pictureRow);
				tile.cast((server) -> server.paint(tileX, boardRow % Tile.SIZE, rgb));
			}
		}
	}

	private static void place(Picture picture, TilePosition position, byte[] snapshot) {
		int offset = 0;
		for (int y = 0; y < Tile.SIZE; y++) {
			for (int x = 0; x < Tile.SIZE; x++) {
				int rgb = (snapshot[offset] & 255) << 16 | (snapshot[offset + 1] & 255) << 8
						| (snapshot[offset + 2] & 255);
				picture.set(position.column() * Tile.SIZE + x, position.row() * Tile.SIZE + y, rgb);
				offset += 3;
			}
		}
	}

}
