package io.genserver.demo.board;

import io.genserver.GenServer;

import org.springframework.beans.factory.annotation.Value;

/**
 * Keeps one painter to its rate. An instance that is let go because it was idle for a
 * second or more loses nothing: its bucket was full again, as a new one is.
 */
@GenServer(name = "painter", keyed = true)
class PainterServer implements Painter {

	private final TokenBucket bucket;

	PainterServer(@Value("${demo.painter.pixels-per-second:20000}") int pixelsPerSecond, NanoClock clock) {
		this.bucket = new TokenBucket(pixelsPerSecond, clock);
	}

	@Override
	public long spend(int pixels) {
		return this.bucket.take(pixels);
	}

}
