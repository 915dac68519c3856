package io.genserver.demo.board;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.Caller;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.Keyed;
import io.genserver.demo.RefusedException;
import jakarta.annotation.PreDestroy;
import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A tile. Its pixels are a plain array: only the turn of the tile touches them. It is let
 * go when nobody paints, looks or watches for a while; its pixels then wait in the
 * {@link TileStore}.
 */
@GenServer(name = "tile", keyed = true)
class TileServer implements Tile {

	private final byte[] rgb;

	private boolean painted;

	private final Set<TileWatcher> watchers = ConcurrentHashMap.newKeySet();

	private final GenServerContext context;

	private final Keyed<Painter> painters;

	private final TileStore store;

	/**
	 * Tells nothing, but its subscribers count: an instance that is watched is not idle,
	 * and when it ends all the same, its watchers are told.
	 */
	private final Flux<Object> life;

	TileServer(GenServerContext context, Keyed<Painter> painters, TileStore store) {
		this.context = context;
		this.painters = painters;
		this.store = store;
		this.life = JdkFlowAdapter.flowPublisherToFlux(context.events().stream());
		TilePosition position = position();
		byte[] kept = (position != null) ? store.take(position) : null;
		this.painted = kept != null;
		this.rgb = (kept != null) ? kept : blank();
	}

	private static byte[] blank() {
		byte[] white = new byte[SIZE * SIZE * 3];
		Arrays.fill(white, (byte) 0xFF);
		return white;
	}

	/** Also runs after a crash: a pixel is a pixel, whatever went wrong then. */
	@PreDestroy
	void keep() {
		TilePosition position = position();
		if (position != null && this.painted) {
			this.store.put(position, this.rgb);
		}
	}

	@Override
	public void paint(int x, int y, int rgb) {
		checkKey();
		if (x < 0 || x >= SIZE || y < 0 || y >= SIZE) {
			throw new RefusedException("A tile has columns and rows 0 to " + (SIZE - 1) + ", not " + x + "," + y);
		}
		if (!mayPaint()) {
			return;
		}
		this.painted = true;
		int offset = (y * SIZE + x) * 3;
		this.rgb[offset] = (byte) (rgb >> 16);
		this.rgb[offset + 1] = (byte) (rgb >> 8);
		this.rgb[offset + 2] = (byte) rgb;
		for (TileWatcher watcher : this.watchers) {
			watcher.painted(x, y, rgb & 0xFFFFFF);
		}
	}

	/**
	 * Whether the painter's rate allows a pixel. Only painters behind a WebSocket have
	 * one. One that waits for an answer is told; of one that casts, what is too much is
	 * dropped.
	 */
	private boolean mayPaint() {
		if (!(this.context.caller() instanceof Caller.Remote painter)) {
			return true;
		}
		long wait = this.painters.get(painter.connection()).spend(1);
		Duration answerWithin = this.context.remaining();
		if (wait > 0 && answerWithin != null) {
			throw new PaintRateException(wait);
		}
		return wait == 0;
	}

	@Override
	public Mono<byte[]> snapshot() {
		checkKey();
		return Mono.just(this.rgb.clone());
	}

	/**
	 * This body and the subscription to what it returns run in one turn: nothing is
	 * painted between the snapshot and the first pixel a watcher is told of.
	 */
	@Override
	public Flux<TileUpdate> watch() {
		checkKey();
		return Flux.defer(() -> {
			TileWatcher watcher = new TileWatcher(this.rgb.clone());
			this.watchers.add(watcher);
			return watcher.updates()
				.takeUntilOther(this.life)
				.doFinally((end) -> this.watchers.remove(watcher))
				// What a watcher does with an update must not hold
				// the tile up. The small prefetch lets pixels gather
				// here, where they are bounded, while it is busy.
				.publishOn(Schedulers.parallel(), 1);
		});
	}

	@Override
	public void crash() {
		checkKey();
		throw new AssertionError("Somebody made tile " + this.context.key() + " crash");
	}

	/**
	 * Senders may use any key. One that is no tile is refused here and not in the
	 * constructor: what a handler throws is told to its caller, near or far, while of a
	 * failed start a remote caller only learns that there was one. The instance does not
	 * stay.
	 */
	private void checkKey() {
		try {
			TilePosition.parse(key());
		}
		catch (IllegalArgumentException ex) {
			this.context.stop();
			throw ex;
		}
	}

	/** Where this is on the board, or {@code null} if it is no tile. */
	private @Nullable TilePosition position() {
		try {
			return TilePosition.parse(key());
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private String key() {
		return String.valueOf(this.context.key());
	}

}
