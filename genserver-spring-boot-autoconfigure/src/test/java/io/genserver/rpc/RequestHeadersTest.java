package io.genserver.rpc;

import java.util.Map;

import io.genserver.protocol.CallMetadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RequestHeadersTest {

	private static final String TRACE_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

	private static CallMetadata sent(Map<String, String> headers) {
		CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder();
		RequestHeaders.send(headers, metadata);
		return metadata.build();
	}

	@Test
	void theTraceContextHasEntriesOfItsOwn() {
		CallMetadata sent = sent(Map.of("traceparent", TRACE_PARENT, "tracestate", "a=b", "x-tenant", "north"));
		assertThat(sent.traceParent()).isEqualTo(TRACE_PARENT);
		assertThat(sent.traceState()).isEqualTo("a=b");
		assertThat(sent.headers()).containsExactly(new CallMetadata.Header("x-tenant", "north"));
	}

	@Test
	void whatIsNoTraceParentIsAHeaderLikeOthers() {
		assertThat(sent(Map.of("traceparent", "none")).headers())
			.containsExactly(new CallMetadata.Header("traceparent", "none"));
	}

	@Test
	void namesArriveInLowerCaseWhateverThePeerWrote() {
		CallMetadata received = CallMetadata.NONE.toBuilder()
			.header("X-Tenant", "north")
			.traceParent(TRACE_PARENT)
			.build();
		assertThat(RequestHeaders.received(received))
			.isEqualTo(Map.of("x-tenant", "north", "traceparent", TRACE_PARENT));
	}

	@Test
	void nothingIsMadeOfNothing() {
		assertThat(RequestHeaders.received(CallMetadata.NONE)).isSameAs(Map.of());
	}

}
