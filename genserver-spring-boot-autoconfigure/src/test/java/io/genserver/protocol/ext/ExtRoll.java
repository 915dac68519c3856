package io.genserver.protocol.ext;

import java.time.Duration;
import java.util.Random;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ProtocolLimits;

/**
 * The dice for two sessions back to back. Windows are far smaller than any real peer
 * assumes, so that a few bytes meet every limit.
 */
final class ExtRoll {

	private static final int LONGEST_ITEM = 2000;

	private final ExtSettings assumed;

	private final boolean cancels;

	private final boolean tight;

	private final int typicalSize;

	ExtRoll(Random random, boolean cancels, boolean tight) {
		this.cancels = cancels;
		this.tight = tight;
		this.assumed = new ExtSettings(128 + random.nextInt(200), LONGEST_ITEM, 1 + random.nextInt(4),
				32 + random.nextInt(100), 64 + random.nextInt(200), 64, 25_000, 10_000);
		this.typicalSize = 1 + random.nextInt(300);
	}

	ExtSettings assumed() {
		return this.assumed;
	}

	boolean cancels() {
		return this.cancels;
	}

	ProtocolLimits limits(Random random) {
		return ProtocolLimits.defaults()
			.toBuilder()
			.itemBytes(LONGEST_ITEM)
			.callsInFlight(64)
			.inboundBudgetBytes(this.tight ? LONGEST_ITEM + random.nextInt(500) : 1_000_000)
			.build();
	}

	ExtLimits extLimits(Random random) {
		return new ExtLimits(this.assumed.streamWindow() + random.nextInt(500),
				this.assumed.connectionWindow() + random.nextInt(1000), 64, Duration.ofHours(1), Duration.ofHours(1),
				Duration.ofSeconds(10), Integer.MAX_VALUE);
	}

	CallMetadata metadata(Random random) {
		CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder();
		if (random.nextBoolean()) {
			metadata.itemCredit(1 + random.nextInt(4));
		}
		if (random.nextInt(3) == 0) {
			metadata.streamWindow(this.assumed.streamWindow() + random.nextInt(100));
		}
		return metadata.build();
	}

	int size(Random random) {
		return switch (random.nextInt(6)) {
			case 0 -> 0;
			case 1 -> random.nextInt(LONGEST_ITEM + 1);
			case 2 -> 1;
			default -> random.nextInt(this.typicalSize);
		};
	}

}
