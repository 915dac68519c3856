package io.genserver.rpc.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a client offers to speak, taken apart: the protocols, and the bearer token that
 * may be among them, since that is where a browser can put one.
 *
 * @param protocols the offer without tokens, as values of the header
 * @param tokens how many offers look like a token, whether or not they are one
 * @param token the token, {@code null} if there is none, several, or none that is well
 * formed
 */
record BearerOffer(List<String> protocols, int tokens, @Nullable String token) {

	private static final String PREFIX = "bearer.";

	/** What a token may consist of where HTTP carries it. */
	private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

	static BearerOffer of(List<String> offered) {
		List<String> protocols = new ArrayList<>();
		List<String> encoded = new ArrayList<>();
		for (String list : offered) {
			for (String each : list.split(",")) {
				String name = each.trim();
				if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
					encoded.add(name.substring(PREFIX.length()));
				}
				else if (!name.isEmpty()) {
					protocols.add(name);
				}
			}
		}
		return new BearerOffer(List.copyOf(protocols), encoded.size(),
				(encoded.size() == 1) ? decode(encoded.get(0)) : null);
	}

	private static @Nullable String decode(String encoded) {
		try {
			String token = StandardCharsets.US_ASCII.newDecoder()
				.decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(encoded)))
				.toString();
			return TOKEN.matcher(token).matches() ? token : null;
		}
		catch (IllegalArgumentException | CharacterCodingException ex) {
			return null;
		}
	}

	/** Tells nothing of the token. */
	@Override
	public String toString() {
		return this.protocols + ((this.token != null) ? " with a token" : "");
	}

}
