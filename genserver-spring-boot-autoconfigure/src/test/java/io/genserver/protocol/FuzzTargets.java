package io.genserver.protocol;

import java.util.Arrays;
import java.util.Random;

import io.genserver.protocol.base.BaseSplits;
import io.genserver.protocol.ext.ExtPair;
import io.genserver.protocol.ext.ExtSplits;

/**
 * What a fuzzer's bytes are given to. A target returns, or throws if something does not
 * hold.
 */
enum FuzzTargets {

	/** The decoder and receiver of base mode, in three splits. */
	BASE {

		@Override
		void test(byte[] bytes) {
			if (bytes.length > 0) {
				BaseSplits.assertAgree(bytes[0] & 0xff, rest(bytes));
			}
		}

	},

	/** The decoder and receiver of ext mode, in three splits. */
	EXT {

		@Override
		void test(byte[] bytes) {
			if (bytes.length > 0) {
				ExtSplits.assertAgree(bytes[0] & 0xff, rest(bytes));
			}
		}

	},

	/** Two sessions in ext mode whose applications do what the bytes say. */
	PAIR {

		@Override
		void test(byte[] bytes) {
			if (bytes.length > 0) {
				ExtPair pair = new ExtPair("fuzz", new Choices(rest(bytes)), (bytes[0] & 1) != 0, (bytes[0] & 2) != 0);
				pair.run();
				if (pair.ends.stream()
					.flatMap((end) -> end.exchanges.stream())
					.anyMatch((each) -> each.end.isEmpty())) {
					throw new AssertionError("a call did not end");
				}
			}
		}

	};

	abstract void test(byte[] bytes);

	private static byte[] rest(byte[] bytes) {
		return Arrays.copyOfRange(bytes, 1, bytes.length);
	}

	/** Numbers that are the fuzzer's, as long as there are any. */
	private static final class Choices extends Random {

		private static final long serialVersionUID = 1L;

		private final transient byte[] bytes;

		private transient int next;

		Choices(byte[] bytes) {
			super(0);
			this.bytes = bytes;
		}

		@Override
		public int nextInt(int bound) {
			if (this.next >= this.bytes.length) {
				return super.nextInt(bound);
			}
			int number = this.bytes[this.next++] & 0xff;
			if (bound > 256 && this.next < this.bytes.length) {
				number |= (this.bytes[this.next++] & 0xff) << 8;
			}
			return number % bound;
		}

		@Override
		public boolean nextBoolean() {
			return nextInt(2) == 1;
		}

	}

}
