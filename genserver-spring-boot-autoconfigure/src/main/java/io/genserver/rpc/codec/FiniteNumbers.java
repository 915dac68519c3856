package io.genserver.rpc.codec;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.util.JsonParserDelegate;

/**
 * Refuses numbers that are too large for a {@code double} or {@code float}, of which
 * Jackson makes infinity. What is sent as infinity or as not a number is read as before.
 */
final class FiniteNumbers extends JsonParserDelegate {

	/** What strings are read as, if it is an array of these. */
	private final Class<?> target;

	/**
	 * Create.
	 * @param parser of what is read
	 * @param target what it is to become
	 */
	FiniteNumbers(JsonParser parser, Class<?> target) {
		super(parser);
		this.target = target;
	}

	@Override
	public String getString() {
		String text = this.delegate.getString();
		if (this.target.isArray() && NumberInRange.isNumber(text) && isTooLarge(text)) {
			throw new InputCoercionException(this, "out of range", JsonToken.VALUE_STRING,
					this.target.getComponentType());
		}
		return text;
	}

	private boolean isTooLarge(String text) {
		try {
			return (this.target == float[].class) ? Float.isInfinite(Float.parseFloat(text))
					: (this.target == double[].class) && Double.isInfinite(Double.parseDouble(text));
		}
		catch (NumberFormatException ex) {
			// It is refused as what it is.
			return false;
		}
	}

	@Override
	public double getDoubleValue() {
		// Asked first, for a parser may no longer know once the number was converted.
		boolean finite = isFinite();
		double value = this.delegate.getDoubleValue();
		return Double.isInfinite(value) ? infinite(finite, value, double.class) : value;
	}

	@Override
	public float getFloatValue() {
		boolean finite = isFinite();
		float value = this.delegate.getFloatValue();
		return Float.isInfinite(value) ? infinite(finite, value, float.class) : value;
	}

	@Override
	public Number getNumberValue() {
		boolean finite = isFinite();
		Number value = this.delegate.getNumberValue();
		return (value instanceof Double known && known.isInfinite()) ? infinite(finite, known, double.class) : value;
	}

	private boolean isFinite() {
		JsonToken token = this.delegate.currentToken();
		return token != null && token.isNumeric() && !this.delegate.isNaN();
	}

	private <N extends Number> N infinite(boolean sentAsFinite, N value, Class<?> target) {
		if (sentAsFinite) {
			throw new InputCoercionException(this, "out of range", JsonToken.VALUE_NUMBER_FLOAT, target);
		}
		return value;
	}

}
