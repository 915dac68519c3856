package io.genserver.rpc.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the key of a keyed server's instance out of a JSON array of arguments: its first
 * element, which must be a string. Looks at nothing behind it, and at no more than
 * {@value #MAX_BYTES} bytes.
 */
final class JsonKey {

	static final int MAX_BYTES = 1024;

	private static final String EXPECTED = "a keyed operation takes a JSON array that begins with the key, a string:"
			+ " [\"key\", ...]";

	private final byte[] json;

	private int position;

	private JsonKey(byte[] json) {
		this.json = json;
	}

	/**
	 * Read the key.
	 * @param json the arguments
	 * @return the key, not empty
	 * @throws CodecException if there is none, saying what is expected
	 */
	static String read(byte[] json) {
		JsonKey reader = new JsonKey(json);
		reader.expect('[');
		reader.expect('"');
		String key = reader.string();
		int next = reader.next();
		if (next != ',' && next != ']') {
			throw new CodecException(EXPECTED);
		}
		if (key.isEmpty()) {
			throw new CodecException("a key must not be empty");
		}
		return key;
	}

	/** The rest of a string whose opening quote was read. */
	private String string() {
		int start = this.position;
		boolean escapes = false;
		while (true) {
			int each = at(this.position++);
			if (each == '"') {
				break;
			}
			if (each < ' ') {
				throw new CodecException(EXPECTED);
			}
			if (each == '\\') {
				escapes = true;
				this.position++;
			}
		}
		String text = utf8(start, this.position - 1);
		return escapes ? unescaped(text) : text;
	}

	private String utf8(int start, int end) {
		try {
			return StandardCharsets.UTF_8.newDecoder()
				.decode(ByteBuffer.wrap(this.json, start, end - start))
				.toString();
		}
		catch (CharacterCodingException ex) {
			throw new CodecException("the key is not valid UTF-8", ex);
		}
	}

	private static String unescaped(String text) {
		StringBuilder plain = new StringBuilder(text.length());
		for (int i = 0; i < text.length(); i++) {
			char each = text.charAt(i);
			if (each != '\\') {
				plain.append(each);
				continue;
			}
			char escape = text.charAt(++i);
			if (escape == 'u') {
				plain.append(unicode(text, i + 1));
				i += 4;
			}
			else {
				plain.append(control(escape));
			}
		}
		return plain.toString();
	}

	private static char control(char escape) {
		return switch (escape) {
			case '"', '\\', '/' -> escape;
			case 'b' -> '\b';
			case 'f' -> '\f';
			case 'n' -> '\n';
			case 'r' -> '\r';
			case 't' -> '\t';
			default -> throw new CodecException("the key holds an unknown escape, \\" + escape);
		};
	}

	private static char unicode(String text, int start) {
		int value = 0;
		for (int i = start; i < start + 4; i++) {
			int digit = (i < text.length()) ? Character.digit(text.charAt(i), 16) : -1;
			if (digit < 0) {
				throw new CodecException("the key holds an incomplete escape, \\u");
			}
			value = value * 16 + digit;
		}
		return (char) value;
	}

	private void expect(char expected) {
		if (next() != expected) {
			throw new CodecException(EXPECTED);
		}
	}

	/** The next byte that is not white space. */
	private int next() {
		int each = at(this.position++);
		while (each == ' ' || each == '\t' || each == '\n' || each == '\r') {
			each = at(this.position++);
		}
		return each;
	}

	private int at(int index) {
		if (index >= MAX_BYTES) {
			throw new CodecException("the key must end within the first " + MAX_BYTES + " bytes");
		}
		if (index >= this.json.length) {
			throw new CodecException(EXPECTED);
		}
		return this.json[index] & 0xff;
	}

}
