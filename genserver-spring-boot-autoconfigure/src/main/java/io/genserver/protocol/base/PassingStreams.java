package io.genserver.protocol.base;

import java.util.Arrays;

/**
 * Streams of a base mode peer that are over here while the peer still sends: refused, or
 * answered early, or of a call that was given up. What comes on them until their END or
 * CANCEL was sent in good faith. So many are remembered as calls may be in flight, up to
 * {@value #MOST}; of more, the oldest is forgotten.
 * <p>
 * One CANCEL more for each answer counts as sent in good faith, too, since the two may
 * cross.
 */
final class PassingStreams {

	/** They are searched one by one, and each connection may have as many. */
	private static final int MOST = 1024;

	private static final int FEW = 8;

	private static final int[] NONE = {};

	private final int most;

	/** The oldest first. */
	private int[] ids = NONE;

	private int size;

	private int crossing;

	PassingStreams(int callsInFlight) {
		this.most = Math.min(callsInFlight, MOST);
	}

	/** The stream is over here, its END or CANCEL is still to come. */
	void add(int streamId) {
		if (contains(streamId)) {
			return;
		}
		if (this.size == this.most) {
			removeAt(0);
		}
		if (this.size == this.ids.length) {
			this.ids = Arrays.copyOf(this.ids, Math.min(this.most, Math.max(FEW, 2 * this.size)));
		}
		this.ids[this.size++] = streamId;
	}

	boolean contains(int streamId) {
		return indexOf(streamId) >= 0;
	}

	/** Its END or CANCEL came, or its id is used again. Returns whether it was known. */
	boolean remove(int streamId) {
		int index = indexOf(streamId);
		if (index >= 0) {
			removeAt(index);
		}
		return index >= 0;
	}

	private int indexOf(int streamId) {
		for (int i = 0; i < this.size; i++) {
			if (this.ids[i] == streamId) {
				return i;
			}
		}
		return -1;
	}

	private void removeAt(int index) {
		this.size--;
		System.arraycopy(this.ids, index + 1, this.ids, index, this.size - index);
	}

	/** A call is answered, which its caller may be about to cancel. */
	void answered() {
		if (this.crossing < this.most) {
			this.crossing++;
		}
	}

	/** A CANCEL came for nothing. Returns whether it may have crossed an answer. */
	boolean crossed() {
		if (this.crossing == 0) {
			return false;
		}
		this.crossing--;
		return true;
	}

}
