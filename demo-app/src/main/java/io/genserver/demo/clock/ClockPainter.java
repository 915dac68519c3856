package io.genserver.demo.clock;

import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.Step;
import io.genserver.demo.board.Tile;

/**
 * Paints the time into a tile, each second, pixel by pixel like anybody else. Looks at
 * the tile first and paints only what is not as it should be: that is little, and heals
 * what others paint over it.
 */
final class ClockPainter implements BackgroundService<Void> {

	/** The last tile of the board, from 1216,960. */
	static final String TILE = "19,15";

	private static final int BACKGROUND = 0x10182C;

	private static final int DIGITS = 0xFFD34D;

	private static final Duration ANSWER = Duration.ofSeconds(30);

	private final Tile tile;

	private final Clock clock;

	/**
	 * Create a painter.
	 * @param tile where to paint
	 * @param clock the time
	 */
	ClockPainter(Tile tile, Clock clock) {
		this.tile = tile;
		this.clock = clock;
	}

	@Override
	public Step<Void> run(CancellationToken token) {
		ZonedDateTime now = ZonedDateTime.now(this.clock);
		ZonedDateTime second = now.truncatedTo(ChronoUnit.SECONDS);
		byte[] seen = Objects.requireNonNull(this.tile.snapshot().block(ANSWER));
		paint(ClockFace.of(second.toLocalTime()), seen, token);
		Duration left = Duration.between(ZonedDateTime.now(this.clock), second.plusSeconds(1));
		return left.isPositive() ? Step.next(left) : Step.next();
	}

	private void paint(ClockFace face, byte[] seen, CancellationToken token) {
		for (int y = 0; y < Tile.SIZE; y++) {
			token.throwIfCancelled();
			for (int x = 0; x < Tile.SIZE; x++) {
				int rgb = face.isLit(x, y) ? DIGITS : BACKGROUND;
				if (colour(seen, (y * Tile.SIZE + x) * 3) != rgb) {
					this.tile.paint(x, y, rgb);
				}
			}
		}
	}

	private static int colour(byte[] rgb, int offset) {
		return (rgb[offset] & 255) << 16 | (rgb[offset + 1] & 255) << 8 | (rgb[offset + 2] & 255);
	}

}
