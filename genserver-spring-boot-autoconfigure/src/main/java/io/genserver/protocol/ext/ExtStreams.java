package io.genserver.protocol.ext;

import java.util.List;
import java.util.function.Predicate;

import io.genserver.protocol.IdMap;
import io.genserver.protocol.Side;
import org.jspecify.annotations.Nullable;

/**
 * The open streams of an ext session, and how far each side has come with its ids. A
 * stream is here from its OPEN until nothing can come or go on it.
 */
final class ExtStreams {

	static final int MAX_NUMBER = 0x7fff_ffff;

	/** Frames without bytes that may cross the end of a stream: END, CANCEL, WINDOW. */
	private static final int CROSSING = 3;

	private static final int MOST_CROSSING = 4096;

	private final Side side;

	private final IdMap<ExtStream> open = new IdMap<>();

	/** The number of our next stream. One past the last if there are no more. */
	private long next;

	private int highestOfPeer;

	private int places;

	private int openOfPeer;

	/**
	 * What may come in good faith for streams that are past, since it was sent before
	 * their end was known: frames, and bytes of those that were not at their end there.
	 */
	private int crossing;

	private long crossingBytes;

	/** What gives back credit of streams that are past. */
	private final SendQueue.Returned crossingCredit = new SendQueue.Returned();

	ExtStreams(Side side, int first) {
		this.side = side;
		this.next = first;
	}

	private static int number(int id) {
		return id & MAX_NUMBER;
	}

	boolean isOurs(int id) {
		return id == this.side.id(number(id));
	}

	@Nullable ExtStream find(int id) {
		return this.open.get(id);
	}

	/** Whether a stream of this id was open at some time, or still is. */
	boolean isPast(int id) {
		int number = number(id);
		return number > 0 && (isOurs(id) ? number < this.next : number <= this.highestOfPeer);
	}

	boolean isNextOfPeer(int id) {
		return !isOurs(id) && this.highestOfPeer < MAX_NUMBER && number(id) == this.highestOfPeer + 1;
	}

	void openedByPeer(int id) {
		this.highestOfPeer = number(id);
	}

	/** The last stream of the peer, or 0. */
	int lastOfPeer() {
		Side other = (this.side == Side.CONNECTING) ? Side.ACCEPTING : Side.CONNECTING;
		return (this.highestOfPeer == 0) ? 0 : other.id(this.highestOfPeer);
	}

	boolean hasIds() {
		return this.next <= MAX_NUMBER;
	}

	int takeId() {
		return this.side.id((int) this.next++);
	}

	void add(ExtStream stream) {
		this.open.put(stream.id, stream);
		if (!stream.ours) {
			this.openOfPeer++;
		}
	}

	void remove(ExtStream stream) {
		if (this.open.remove(stream.id) == null) {
			return;
		}
		if (!stream.ours) {
			this.openOfPeer--;
		}
		if (!stream.finReceived) {
			this.crossingBytes += stream.credit.available();
			// Some may be empty.
			mayCross(stream.credit.availableItems());
		}
		mayCross(CROSSING);
		this.crossingCredit.add(stream.send.returns(), MOST_CROSSING);
	}

	SendQueue.Returned crossingCredit() {
		return this.crossingCredit;
	}

	/** So many frames that are no longer awaited may arrive in good faith. */
	void mayCross(int frames) {
		this.crossing = Math.min(this.crossing + frames, MOST_CROSSING);
	}

	/**
	 * A frame came for a stream that is past.
	 * @return whether it may have been sent before the end of the stream was known
	 */
	boolean crossed(int bytes) {
		if (bytes > 0 && bytes <= this.crossingBytes) {
			this.crossingBytes -= bytes;
			return true;
		}
		if (this.crossing == 0) {
			return false;
		}
		this.crossing--;
		return true;
	}

	int openOfPeer() {
		return this.openOfPeer;
	}

	int size() {
		return this.open.size();
	}

	/**
	 * A copy, so that it can be walked while streams come and go; as they were opened.
	 */
	List<ExtStream> snapshot() {
		return this.open.copy();
	}

	/**
	 * The stream to end when too much is buffered: of those that may still bring more the
	 * one that holds most, else of the calls that have not begun.
	 */
	@Nullable ExtStream largest() {
		ExtStream largest = largest((stream) -> stream.receiving && !stream.finReceived);
		return (largest != null) ? largest : largest((stream) -> stream.receiving
				&& stream instanceof ExtRequest request && request.call && !request.isStarted());
	}

	private @Nullable ExtStream largest(Predicate<ExtStream> candidate) {
		ExtStream largest = null;
		for (ExtStream stream : this.open.values()) {
			if (candidate.test(stream) && stream.buffered() > 0
					&& (largest == null || stream.buffered() > largest.buffered())) {
				largest = stream;
			}
		}
		return largest;
	}

	int places() {
		return this.places;
	}

	void takePlace(ExtRequest request) {
		request.holdsPlace = true;
		this.places++;
	}

	void freePlace(ExtRequest request) {
		if (request.holdsPlace && !request.keepsPlace) {
			request.holdsPlace = false;
			this.places--;
		}
	}

}
