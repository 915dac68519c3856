package io.genserver.protocol.ext;

import io.genserver.protocol.CallMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A cast of ours in ext mode, which nothing answers.
 */
final class ExtCast extends ExtStream {

	/** What the listener is given if it is not begun. */
	final @Nullable Object cast;

	/** Bytes of its arguments. */
	final int bytes;

	ExtCast(SendQueue send, @Nullable Object cast, int bytes) {
		super(true, send, new ReceiveCredit(0, CallMetadata.UNLIMITED_ITEMS, 0));
		this.cast = cast;
		this.bytes = bytes;
	}

	@Override
	boolean isWhole() {
		return false;
	}

}
