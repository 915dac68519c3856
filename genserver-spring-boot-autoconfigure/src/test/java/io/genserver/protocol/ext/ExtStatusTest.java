package io.genserver.protocol.ext;

import io.genserver.protocol.ContentType;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Statuses and errors of ext mode, and what base peers are told instead. */
class ExtStatusTest {

	@ParameterizedTest
	@CsvSource({ "0, 0", "1, 1", "2, 2", "3, 3", "0x11, 2", "0x12, 2", "0x13, 1", "0x14, 2", "0x15, 1", "0x16, 1",
			"0x17, 1", "0x18, 2", "0x19, 1", "0x1a, 2", "0x1b, 1", "0x1c, 2", "0x1d, 2", "0x1e, 2", "0x1f, 2",
			"0x20, 1", "0x21, 2", "4, 2" })
	void basePeersAreToldOneOfFour(String status, int base) {
		assertThat(ExtStatus.toBase(Integer.decode(status))).isEqualTo(base);
	}

	@Test
	void statusesAreThoseOfBaseModeAndOfGrpc() {
		for (int status = -1; status < 300; status++) {
			assertThat(ExtStatus.isKnown(status)).isEqualTo(status >= 0 && status <= 3 || status >= 17 && status <= 32);
		}
	}

	@Test
	void anErrorIsReadAsItWasWritten() {
		ExtError error = new ExtError(ExtStatus.ABORTED, true, false, "r\u00e9", "m\u20ac", 0, 2, new byte[] { 1, 2 });
		ExtError read = ExtError.decode(ExtStatus.ABORTED, error.encode());
		assertThat(read).usingRecursiveComparison().isEqualTo(error);
		assertThat(ExtError.decode(2, ExtError.of(2, "no").encode()).retryAfterMillis()).isEqualTo(ExtError.NOT_TOLD);
	}

	@Test
	void aLongErrorIsCutBetweenCharacters() {
		ExtError error = new ExtError(2, false, true, "\u20ac".repeat(100), "x" + "\u20ac".repeat(3000),
				0xffff_ffffL + 1, 1, new byte[40_000]);
		ExtError read = ExtError.decode(2, error.encode());
		assertThat(read.reason()).isEqualTo("\u20ac".repeat(85));
		assertThat(read.message()).isEqualTo("x" + "\u20ac".repeat(2730));
		assertThat(read.retryAfterMillis()).isEqualTo(0xffff_ffffL);
		assertThat(read.details()).isEmpty();
		assertThat(read.detailsType()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "01", "0100", "010000", "01000000", "0100000000", "010002006100", "0100000001006",
			"0104000000000100", "02000000000000", "0100ffff0000" })
	void aBrokenErrorStillHasItsStatus(String hex) {
		byte[] payload = Vectors.bytes((hex.length() % 2 == 0) ? hex : hex + "0");
		ExtError error = ExtError.decode(ExtStatus.INTERNAL, payload);
		assertThat(error.status()).isEqualTo(ExtStatus.INTERNAL);
		assertThat(error.details()).isEmpty();
	}

	@Test
	void aContentTypeHasANumberOrAName() {
		assertThat(ContentType.of("avro").name()).isEqualTo("avro");
		assertThat(ContentType.of(255).code()).isEqualTo(255);
		assertThatIllegalArgumentException().isThrownBy(() -> ContentType.of(256));
		assertThatIllegalArgumentException().isThrownBy(() -> ContentType.of("x"));
		assertThatIllegalArgumentException().isThrownBy(() -> ContentType.of("a b"));
		assertThatIllegalArgumentException().isThrownBy(() -> new ContentType(1, "json"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "00-1-2-3", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
			"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
			"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-02" })
	void aTraceParentHasFourParts(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> TraceParent.encode(text));
	}

}
