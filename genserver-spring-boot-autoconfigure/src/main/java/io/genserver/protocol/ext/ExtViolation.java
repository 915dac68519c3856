package io.genserver.protocol.ext;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.GoAway;

/**
 * A peer broke a rule of ext mode. Thrown where it is seen and caught where frames come
 * in, so that nothing in between goes on with a broken peer.
 */
final class ExtViolation extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final int goAwayCode;

	private final transient CloseReason reason;

	private ExtViolation(int goAwayCode, int closeCode, String text) {
		super(text, null, false, false);
		this.goAwayCode = goAwayCode;
		this.reason = new CloseReason(closeCode, text);
	}

	static ExtViolation protocol(String text) {
		return new ExtViolation(GoAway.PROTOCOL, CloseCode.EXT_VIOLATION, text);
	}

	static ExtViolation flowControl(String text) {
		return new ExtViolation(GoAway.FLOW_CONTROL, CloseCode.EXT_VIOLATION, text);
	}

	static ExtViolation rate(String text) {
		return new ExtViolation(GoAway.CALM_DOWN, CloseCode.RATE, text);
	}

	static ExtViolation idle(String text) {
		return new ExtViolation(GoAway.IDLE, CloseCode.IDLE, text);
	}

	/** What base mode judges too, with the code it closes with. */
	static ExtViolation of(CloseReason reason) {
		return new ExtViolation((reason.code() == CloseCode.RATE) ? GoAway.CALM_DOWN : GoAway.PROTOCOL, reason.code(),
				reason.text());
	}

	int goAwayCode() {
		return this.goAwayCode;
	}

	CloseReason reason() {
		return this.reason;
	}

}
