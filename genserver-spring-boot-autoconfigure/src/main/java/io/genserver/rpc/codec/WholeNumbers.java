package io.genserver.rpc.codec;

import java.math.BigDecimal;
import java.math.BigInteger;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.util.JsonParserDelegate;

/**
 * Shows numbers such as {@code 1.0} and {@code 1e3}, which have no fraction although they
 * are written as if, as the integers they are. Only used where one of them was refused,
 * for it takes time.
 */
final class WholeNumbers extends JsonParserDelegate {

	/** More digits than any integer has that a message could mean. */
	private static final int MAX_DIGITS = 400;

	WholeNumbers(JsonParser parser) {
		super(parser);
	}

	private boolean isWhole() {
		if (this.delegate.currentToken() != JsonToken.VALUE_NUMBER_FLOAT || this.delegate.isNaN()) {
			return false;
		}
		BigDecimal value;
		try {
			value = this.delegate.getDecimalValue();
		}
		catch (NumberFormatException ex) {
			// Its exponent is no int.
			return false;
		}
		return value.signum() == 0
				|| (value.precision() - value.scale() <= MAX_DIGITS && value.stripTrailingZeros().scale() <= 0);
	}

	private BigInteger whole() {
		return this.delegate.getDecimalValue().toBigInteger();
	}

	private long whole(int bits, Class<?> target) {
		BigInteger whole = whole();
		if (whole.bitLength() >= bits) {
			throw new InputCoercionException(this, "out of range", JsonToken.VALUE_NUMBER_INT, target);
		}
		return whole.longValue();
	}

	@Override
	public JsonToken currentToken() {
		return isWhole() ? JsonToken.VALUE_NUMBER_INT : this.delegate.currentToken();
	}

	@Override
	public int currentTokenId() {
		JsonToken token = currentToken();
		return (token != null) ? token.id() : this.delegate.currentTokenId();
	}

	@Override
	public boolean hasTokenId(int id) {
		return currentTokenId() == id;
	}

	@Override
	public boolean hasToken(JsonToken token) {
		return currentToken() == token;
	}

	@Override
	public boolean isExpectedNumberIntToken() {
		return isWhole() || this.delegate.isExpectedNumberIntToken();
	}

	@Override
	public JsonToken nextToken() {
		this.delegate.nextToken();
		return currentToken();
	}

	@Override
	public JsonToken nextValue() {
		this.delegate.nextValue();
		return currentToken();
	}

	@Override
	public NumberType getNumberType() {
		if (!isWhole()) {
			return this.delegate.getNumberType();
		}
		return (whole().bitLength() < Long.SIZE) ? NumberType.LONG : NumberType.BIG_INTEGER;
	}

	@Override
	public int getIntValue() {
		return isWhole() ? (int) whole(Integer.SIZE, int.class) : this.delegate.getIntValue();
	}

	@Override
	public long getLongValue() {
		return isWhole() ? whole(Long.SIZE, long.class) : this.delegate.getLongValue();
	}

	@Override
	public BigInteger getBigIntegerValue() {
		return isWhole() ? whole() : this.delegate.getBigIntegerValue();
	}

}
