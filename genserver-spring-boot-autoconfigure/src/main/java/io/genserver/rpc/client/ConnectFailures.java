package io.genserver.rpc.client;

import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.genserver.GenServerUnavailableException;
import io.genserver.time.Durations;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;

/**
 * Says why a connection could not be opened, and what to look at.
 */
final class ConnectFailures {

	private ConnectFailures() {
	}

	/** Check that an endpoint can be at an address. */
	static URI checked(URI uri) {
		String scheme = uri.getScheme();
		if (!"ws".equalsIgnoreCase(scheme) && !"wss".equalsIgnoreCase(scheme)) {
			throw new IllegalArgumentException("The address of an RPC endpoint begins with ws:// or wss://, such as"
					+ " ws://localhost:8080/ws, not " + ((scheme != null) ? scheme + ":" : "without a scheme: " + uri));
		}
		if (uri.getHost() == null) {
			throw new IllegalArgumentException("The address of an RPC endpoint names a host: " + shown(uri));
		}
		return uri;
	}

	/**
	 * Why an attempt failed.
	 * @param tokens whether it brought a token, and then a fresh one
	 */
	static GenServerUnavailableException failure(URI uri, Duration timeout, boolean tokens, Throwable cause) {
		return new GenServerUnavailableException(
				"Cannot connect to " + shown(uri) + ": " + reason(uri, timeout, tokens, cause), true, cause);
	}

	private static String reason(URI uri, Duration timeout, boolean tokens, Throwable cause) {
		return switch (cause) {
			case WebSocketClientHandshakeException refused when refused.response() != null ->
				status(uri, tokens, refused.response());
			case UnknownHostException unknown -> "the host " + uri.getHost() + " is not known";
			case ConnectException refused ->
				"the connection was refused. Is the application running, and is this its port?";
			case TimeoutException late -> "no answer within " + Durations.millis(timeout) + " ms";
			default -> String.valueOf(cause.getMessage());
		};
	}

	private static String status(URI uri, boolean tokens, HttpResponse response) {
		String status = response.status().toString();
		return status + switch (response.status().code()) {
			case 401 -> tokens
					? ". The endpoint refused the token, and a fresh one, too: look at what the source given to"
							+ " builder().token(...) returns"
					: ". The endpoint needs credentials: builder().token(...), or header(\"Authorization\", ...)";
			case 403 -> ". These credentials may not connect, or the endpoint requires an origin"
					+ " (genserver.rpc.require-origin over there): header(\"Origin\", ...)";
			case 404 -> ". There is no RPC endpoint at " + uri.getPath()
					+ ": look at genserver.rpc.enabled and genserver.rpc.path over there";
			case 503 -> ". The endpoint takes no connections at present";
			default -> ". This is not an RPC endpoint";
		};
	}

	/** The address without what may be secret. */
	static String shown(URI uri) {
		return uri.getScheme() + "://" + uri.getHost() + ((uri.getPort() != -1) ? ":" + uri.getPort() : "")
				+ ((uri.getPath() != null) ? uri.getPath() : "");
	}

}
