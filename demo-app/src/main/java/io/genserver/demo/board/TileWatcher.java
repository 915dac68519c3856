package io.genserver.demo.board;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.FluxSink.OverflowStrategy;

/**
 * Keeps what one watcher has not fetched yet: per pixel the latest colour, so at most as
 * many entries as the tile has pixels, however slow the watcher is.
 * <p>
 * The tile adds in its turn, the watcher asks for more on a thread of its own; whichever
 * finds something to hand over does so, one at a time: {@link #work} counts those who
 * came, and the first stays until it has seen to all.
 */
final class TileWatcher {

	private static final int PIXELS_PER_UPDATE = 256;

	private final AtomicInteger work = new AtomicInteger();

	/** Colours by position, the longest waiting first; guarded by itself. */
	private final Map<Integer, Pixel> pending = new LinkedHashMap<>();

	private byte @Nullable [] snapshot;

	private volatile @Nullable FluxSink<TileUpdate> sink;

	TileWatcher(byte[] snapshot) {
		this.snapshot = snapshot;
	}

	/** The updates; to be subscribed to once. */
	Flux<TileUpdate> updates() {
		return Flux.create((subscriber) -> {
			this.sink = subscriber;
			subscriber.onRequest((n) -> handOver());
		}, OverflowStrategy.IGNORE);
	}

	/** A pixel was painted. Only in the tile's turn. */
	void painted(int x, int y, int rgb) {
		synchronized (this.pending) {
			this.pending.put(y * Tile.SIZE + x, new Pixel(x, y, rgb));
		}
		handOver();
	}

	private void handOver() {
		if (this.work.getAndIncrement() != 0) {
			return;
		}
		int seen = 1;
		do {
			FluxSink<TileUpdate> subscriber = this.sink;
			while (subscriber != null && subscriber.requestedFromDownstream() > 0) {
				TileUpdate update = take();
				if (update == null) {
					break;
				}
				subscriber.next(update);
			}
			seen = this.work.addAndGet(-seen);
		}
		while (seen != 0);
	}

	private @Nullable TileUpdate take() {
		byte[] first = this.snapshot;
		if (first != null) {
			this.snapshot = null;
			return new TileUpdate(first, List.of());
		}
		synchronized (this.pending) {
			if (this.pending.isEmpty()) {
				return null;
			}
			List<Pixel> pixels = new ArrayList<>(Math.min(this.pending.size(), PIXELS_PER_UPDATE));
			Iterator<Pixel> oldest = this.pending.values().iterator();
			while (oldest.hasNext() && pixels.size() < PIXELS_PER_UPDATE) {
				pixels.add(oldest.next());
				oldest.remove();
			}
			return new TileUpdate(null, pixels);
		}
	}

}
