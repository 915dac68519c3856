package io.genserver.demo.clock;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

import io.genserver.background.CancellationToken;
import io.genserver.background.Step;
import io.genserver.demo.board.Pixel;
import io.genserver.demo.board.Tile;
import io.genserver.demo.board.TileUpdate;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class ClockPainterTest {

	private final Recording tile = new Recording();

	private final SetClock clock = new SetClock();

	private final ClockPainter painter = new ClockPainter(this.tile, this.clock);

	private final CancellationToken token = CancellationToken.create();

	@Test
	void theFaceReadsAsTheTime() {
		assertThat(drawn(ClockFace.of(LocalTime.of(12, 34, 56)))).isEqualTo("""
				.......##........######..................######..........##.....
				.......##........######..................######..........##.....
				.....####......##......##......##......##......##......####.....
				.....####......##......##......##......##......##......####.....
				.......##..............##......##..............##....##..##.....
				.......##..............##......##..............##....##..##.....
				.......##............##....................####....##....##.....
				.......##............##....................####....##....##.....
				.......##..........##..........##..............##..##########...
				.......##..........##..........##..............##..##########...
				.......##........##............##......##......##........##.....
				.......##........##............##......##......##........##.....
				.....######....##########................######..........##.....
				.....######....##########................######..........##.....
				""");
	}

	@Test
	void theWholeFaceIsPaintedFirst() {
		this.clock.set("10:20:30.250");
		assertThat(this.painter.run(this.token)).isEqualTo(Step.next(Duration.ofMillis(750)));
		assertThat(this.tile.painted).hasSize(Tile.SIZE * Tile.SIZE);
		assertThat(this.tile.lit()).isEqualTo(drawnWhole(LocalTime.of(10, 20, 30)));
	}

	@Test
	void thenOnlyWhatHasChanged() {
		this.clock.set("10:20:58");
		this.painter.run(this.token);
		this.tile.painted.clear();
		this.clock.set("10:20:59");
		assertThat(this.painter.run(this.token)).isEqualTo(Step.next(Duration.ofSeconds(1)));
		assertThat(this.tile.painted).hasSizeBetween(1, 400).allMatch((pixel) -> pixel.y() >= 31);
		assertThat(this.tile.lit()).isEqualTo(drawnWhole(LocalTime.of(10, 20, 59)));
	}

	@Test
	void whatOthersPaintOverItIsHealed() {
		this.clock.set("10:20:30");
		this.painter.run(this.token);
		Arrays.fill(this.tile.rgb, 0xFF0000);
		this.clock.set("10:20:31");
		this.painter.run(this.token);
		assertThat(this.tile.lit()).isEqualTo(drawnWhole(LocalTime.of(10, 20, 31)));
		assertThat(this.tile.rgb).containsOnly(0xFFD34D, 0x10182C);
	}

	@Test
	void aFaceThatWasPaintedInPartIsCompletedByTheNext() {
		this.clock.set("10:20:30");
		this.tile.failAfter = 100;
		assertThatIllegalStateException().isThrownBy(() -> this.painter.run(this.token));
		this.tile.failAfter = Integer.MAX_VALUE;
		this.clock.set("10:20:31");
		this.painter.run(this.token);
		assertThat(this.tile.lit()).isEqualTo(drawnWhole(LocalTime.of(10, 20, 31)));
	}

	@Test
	void aSecondThatTookLongerIsFollowedByTheNextAtOnce() {
		this.clock.set("10:20:30");
		this.tile.whilePainting = () -> this.clock.set("10:20:32");
		assertThat(this.painter.run(this.token)).isEqualTo(Step.next());
	}

	@Test
	void aCancelledPainterStopsInTheMidstOfAFace() {
		this.clock.set("10:20:30");
		this.tile.whilePainting = this.token::cancel;
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.painter.run(this.token));
		assertThat(this.tile.painted).hasSize(Tile.SIZE);
	}

	private static String drawn(ClockFace face) {
		StringBuilder rows = new StringBuilder();
		for (int y = 9; y < 23; y++) {
			for (int x = 0; x < Tile.SIZE; x++) {
				rows.append(face.isLit(x, y) ? '#' : '.');
			}
			rows.append('\n');
		}
		return rows.toString();
	}

	private static List<Boolean> drawnWhole(LocalTime time) {
		ClockFace face = ClockFace.of(time);
		List<Boolean> lit = new ArrayList<>();
		for (int i = 0; i < Tile.SIZE * Tile.SIZE; i++) {
			lit.add(face.isLit(i % Tile.SIZE, i / Tile.SIZE));
		}
		return lit;
	}

	/** Shows a time until it is set to another. */
	private static final class SetClock extends Clock {

		private Instant now = Instant.EPOCH;

		private void set(String time) {
			this.now = Instant.parse("2026-03-01T" + time + "Z");
		}

		@Override
		public Instant instant() {
			return this.now;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			throw new UnsupportedOperationException();
		}

	}

	/** A tile that keeps what is painted. */
	private static final class Recording implements Tile {

		private final int[] rgb = new int[SIZE * SIZE];

		private final List<Pixel> painted = new ArrayList<>();

		private int failAfter = Integer.MAX_VALUE;

		private Runnable whilePainting = () -> {
		};

		@Override
		public void paint(int x, int y, int rgb) {
			if (this.painted.size() == this.failAfter) {
				throw new IllegalStateException("expected");
			}
			this.whilePainting.run();
			this.painted.add(new Pixel(x, y, rgb));
			this.rgb[y * SIZE + x] = rgb;
		}

		private List<Boolean> lit() {
			List<Boolean> lit = new ArrayList<>();
			for (int each : this.rgb) {
				lit.add(each == 0xFFD34D);
			}
			return lit;
		}

		@Override
		public Mono<byte[]> snapshot() {
			byte[] bytes = new byte[SIZE * SIZE * 3];
			for (int i = 0; i < this.rgb.length; i++) {
				bytes[i * 3] = (byte) (this.rgb[i] >> 16);
				bytes[i * 3 + 1] = (byte) (this.rgb[i] >> 8);
				bytes[i * 3 + 2] = (byte) this.rgb[i];
			}
			return Mono.just(bytes);
		}

		@Override
		public Flux<TileUpdate> watch() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void crash() {
			throw new UnsupportedOperationException();
		}

	}

}
