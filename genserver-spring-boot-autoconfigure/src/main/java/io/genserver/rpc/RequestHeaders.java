package io.genserver.rpc;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CallMetadata.Header;
import io.genserver.protocol.Utf8;

/**
 * Headers of requests: one map here, and on the wire the trace context in entries of its
 * own. Names are in lower case.
 */
public final class RequestHeaders {

	/**
	 * Of W3C Trace Context, section 3.2.
	 */
	private static final String TRACE_PARENT = "traceparent";

	private static final String TRACE_STATE = "tracestate";

	private static final Pattern NAME = Pattern.compile("[!-~]{1,255}");

	private static final Pattern TRACE_PARENT_VALUE = Pattern
		.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

	private RequestHeaders() {
	}

	/** The name as it is kept. */
	public static String name(String name) {
		if (!NAME.matcher(name).matches()) {
			throw new IllegalArgumentException(
					"A header is named by 1 to 255 printable ASCII characters without spaces, not \"" + name + '"');
		}
		return name.toLowerCase(Locale.ROOT);
	}

	/** The value as it is sent. */
	public static String value(String name, String value) {
		if (!Utf8.canEncode(value)) {
			throw new IllegalArgumentException("Header " + name
					+ " cannot be sent: its value has half of a surrogate pair, which is no character");
		}
		return value;
	}

	/** Put headers where they belong. */
	public static void send(Map<String, String> headers, CallMetadata.Builder metadata) {
		headers.forEach((name, value) -> {
			if (name.equals(TRACE_PARENT) && TRACE_PARENT_VALUE.matcher(value).matches()) {
				metadata.traceParent(value);
			}
			else if (name.equals(TRACE_STATE)) {
				metadata.traceState(value);
			}
			else {
				metadata.header(name, value);
			}
		});
	}

	/** What came with a request. */
	public static Map<String, String> received(CallMetadata metadata) {
		if (metadata.headers().isEmpty() && metadata.traceParent() == null && metadata.traceState() == null) {
			return Map.of();
		}
		Map<String, String> headers = new LinkedHashMap<>();
		for (Header header : metadata.headers()) {
			headers.put(header.name().toLowerCase(Locale.ROOT), header.value());
		}
		if (metadata.traceParent() != null) {
			headers.put(TRACE_PARENT, metadata.traceParent());
		}
		if (metadata.traceState() != null) {
			headers.put(TRACE_STATE, metadata.traceState());
		}
		return Map.copyOf(headers);
	}

}
