package io.genserver.actuate;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The address of a peer as tracing wants it: a URI, from which it takes host and port.
 */
final class PeerAddress {

	/** Host and port, in what a caller or a client says of its peer. */
	private static final Pattern HOST_AND_PORT = Pattern.compile("(?:peer )?(\\S+):(\\d+)(?: \\(.*\\))?");

	private PeerAddress() {
	}

	/**
	 * Return the address as a URI.
	 * @param shown what people are shown: a URI, or host and port
	 * @return the URI, or {@code null} if there is no address in it
	 */
	static @Nullable String uri(String shown) {
		if (hasHost(shown)) {
			return shown;
		}
		Matcher matcher = HOST_AND_PORT.matcher(shown);
		if (!matcher.matches()) {
			return null;
		}
		String host = matcher.group(1);
		if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
			int zone = host.indexOf('%');
			host = "[" + ((zone >= 0) ? host.substring(0, zone) : host) + "]";
		}
		String uri = "ws://" + host + ":" + matcher.group(2);
		return hasHost(uri) ? uri : null;
	}

	private static boolean hasHost(String text) {
		try {
			return new URI(text).getHost() != null;
		}
		catch (URISyntaxException ex) {
			return false;
		}
	}

}
