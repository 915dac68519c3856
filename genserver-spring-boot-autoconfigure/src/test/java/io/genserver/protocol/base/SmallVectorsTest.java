package io.genserver.protocol.base;

import java.util.Arrays;
import java.util.List;

import io.genserver.protocol.Frames;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Method ids, id halves and error payloads as the Rust implementation makes them. */
class SmallVectorsTest {

	static List<Vectors.Entry> methodIds() {
		return Vectors.entries("method_ids");
	}

	static List<Vectors.Entry> idSpace() {
		return Vectors.entries("id_space");
	}

	static List<Vectors.Entry> errorPayloads() {
		return Vectors.entries("bitcode_error_payloads");
	}

	@Test
	void noEntryIsLost() {
		assertThat(methodIds()).hasSize(59);
		assertThat(idSpace()).hasSize(6);
		assertThat(errorPayloads()).hasSize(24);
	}

	@ParameterizedTest
	@MethodSource("methodIds")
	void aMethodIdIsTheHashOfItsName(Vectors.Entry entry) {
		String name = entry.name();
		assertThat(Frames.utf8(name)).hasSize(entry.node().required("len_utf8").asInt());
		assertThat(MethodId.toHex(MethodId.of(name))).isEqualTo(entry.node().required("method_id").asString());
		byte[] wire = new byte[8];
		LittleEndian.setLong(wire, 0, MethodId.of(name));
		assertThat(Vectors.hex(wire)).isEqualTo(entry.node().required("method_id_wire_le").asString());
	}

	@ParameterizedTest
	@MethodSource("idSpace")
	void eachSideHasItsHalfOfTheIds(Vectors.Entry entry) {
		int number = (int) entry.node().required("id").asLong();
		assertThat(Integer.toUnsignedLong(Side.CONNECTING.id(number)))
			.isEqualTo(entry.node().required("client").asLong());
		assertThat(Integer.toUnsignedLong(Side.ACCEPTING.id(number)))
			.isEqualTo(entry.node().required("server").asLong());
	}

	@ParameterizedTest
	@MethodSource("errorPayloads")
	void aStructuredErrorIsReadWithItsOwnCode(Vectors.Entry entry) {
		byte[] payload = Vectors.bytes(entry.node().required("bitcode_hex").asString());
		ErrorPayload error = ErrorPayload.decode(StatusCode.SYSTEM, payload);
		assertThat(error.text()).isEqualTo(entry.node().required("message").asString());
		assertThat(error.status()).isEqualTo(switch (entry.node().required("code").asString()) {
			case "Fail" -> StatusCode.FAIL;
			case "System" -> StatusCode.SYSTEM;
			case "NotFound" -> StatusCode.METHOD_NOT_FOUND;
			default -> throw new IllegalArgumentException();
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 127, 128, 253, 254, 255, 256, 257, 65534, 65535, 65536, 70000 })
	void aStructuredErrorMayBeOfAnyLength(int length) {
		byte[] prefix;
		if (length <= 254) {
			prefix = new byte[] { 2, (byte) length };
		}
		else if (length == 255) {
			prefix = Vectors.bytes("02ff06ff");
		}
		else if (length <= 65535) {
			prefix = new byte[] { 2, (byte) 0xff, 4, (byte) length, (byte) (length >> 8) };
		}
		else {
			prefix = new byte[] { 2, (byte) 0xff, 2, (byte) length, (byte) (length >> 8), (byte) (length >> 16), 0 };
		}
		byte[] text = new byte[length];
		Arrays.fill(text, (byte) 'x');
		assertThat(ErrorPayload.decode(StatusCode.SYSTEM, Frames.join(prefix, text)))
			.isEqualTo(new ErrorPayload(StatusCode.METHOD_NOT_FOUND, "x".repeat(length)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "boom", "\u00e9t\u00e9", "\u0003abc", "\u0001", "\u0000", "\u0002\u0005abc" })
	void anythingElseIsText(String text) {
		assertThat(ErrorPayload.decode(StatusCode.SYSTEM, Frames.utf8(text)))
			.isEqualTo(new ErrorPayload(StatusCode.SYSTEM, text));
	}

	@ParameterizedTest
	@ValueSource(strings = { "00ff", "00ff06", "00ff0602", "00ff04", "00ff0401", "00ff040100", "00ff0201000000",
			"00ff02ffffffff61", "00ff0361", "000161ff" })
	void aDamagedStructuredErrorIsShownAsText(String hex) {
		ErrorPayload error = ErrorPayload.decode(StatusCode.FAIL, Vectors.bytes(hex));
		assertThat(error.status()).isEqualTo(StatusCode.FAIL);
		assertThat(error.text()).startsWith("\0");
	}

}
