package io.genserver.background;

import java.time.Duration;

/**
 * How long one step of a background service may take before that shows. A step that takes
 * longer is not ended. What a step does includes the consumer's part; making an instance
 * and destroying it count as steps.
 *
 * @param slow time after which a step is logged, once; zero for never
 * @param stuck time after which a step counts as stuck, which health shows; zero for
 * never
 * @since 0.1.0
 */
public record StepLimits(Duration slow, Duration stuck) {

	/**
	 * Steps may take any time.
	 */
	public static final StepLimits NONE = new StepLimits(Duration.ZERO, Duration.ZERO);

	/**
	 * Create.
	 * @throws IllegalArgumentException if a time is negative
	 */
	public StepLimits {
		if (slow.isNegative() || stuck.isNegative()) {
			throw new IllegalArgumentException(
					"The limits of a step must not be negative, but are " + slow + " and " + stuck);
		}
	}

}
