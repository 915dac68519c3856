package io.genserver.actuate;

import java.net.URI;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tracing takes host and port from a URI, and warns of whatever is none. */
class PeerAddressTest {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			127.0.0.1:54321                 | 127.0.0.1         | 54321
			localhost:80                    | localhost         | 80
			0:0:0:0:0:0:0:1:54321           | [0:0:0:0:0:0:0:1] | 54321
			fe80:0:0:0:1:2:3:4%eth0:1       | [fe80:0:0:0:1:2:3:4] | 1
			[::1]:8080                      | [::1]             | 8080
			peer 10.0.0.7:1234              | 10.0.0.7          | 1234
			peer 10.0.0.7:1234 (ada:b (c))  | 10.0.0.7          | 1234
			ws://example.com:8080/ws        | example.com       | 8080
			wss://[::1]:9/ws                | [::1]             | 9
			""")
	void isAUriWithHostAndPort(String shown, String host, int port) {
		URI uri = URI.create(String.valueOf(PeerAddress.uri(shown)));
		assertThat(uri.getHost()).isEqualTo(host);
		assertThat(uri.getPort()).isEqualTo(port);
	}

	@ParameterizedTest
	@ValueSource(strings = { "unknown", "", "peer unknown (ada)", "no host:1", "a_b_:x" })
	void isNothingWhereThereIsNone(String shown) {
		assertThat(PeerAddress.uri(shown)).isNull();
	}

}
