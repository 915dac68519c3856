package io.genserver.log;

import java.util.List;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a peer wrote, as it stands in the log: no text ends its line, moves a cursor or
 * changes the order in which a line is read.
 */
class LogTextTests {

	private final Logger target = (Logger) LoggerFactory.getLogger(LogTextTests.class);

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final SafeLogger logger = SafeLogger.of(LogTextTests.class);

	@BeforeEach
	void listen() {
		this.target.setLevel(Level.DEBUG);
		this.target.setAdditive(false);
		this.lines.start();
		this.target.addAppender(this.lines);
	}

	@AfterEach
	void stop() {
		this.target.detachAppender(this.lines);
		this.target.setLevel(null);
		this.target.setAdditive(true);
	}

	/** Every code point of the kinds that are dangerous, and some spelt out. */
	static Stream<String> hostile() {
		Stream<String> spelt = Stream.of("\n2026-01-01 ERROR forged", "\r\n", "\u001b[2J\u001b[31m", "\u0085", "\u2028",
				"\u2029", "\u202eabc", "\u2066abc\u2069", "\u200f", "\u061c", "\ufeff", "\u0000", "\u007f", "\u009b31m",
				"\ud800", "\udc00x", "\ud800\ud800", "\b\b\b\b", "\f", "\u000b", "\u200b", "\u00ad");
		Stream<String> all = Stream.iterate(0, (each) -> each <= Character.MAX_CODE_POINT, (each) -> each + 1)
			.filter((each) -> switch (Character.getType(each)) {
				case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
						Character.SURROGATE ->
					each < 0x3000 || each > 0xf000;
				default -> false;
			})
			.map(Character::toString);
		return Stream.concat(spelt, all);
	}

	@Test
	void whatIsDangerousIsEscapedAndTheRestIsNot() {
		hostile().forEach((text) -> {
			String logged = LogText.of("a" + text + "z");
			assertThat(logged).startsWith("a").endsWith("z").contains("\\");
			assertHarmless(logged);
		});
		for (String fit : List.of("", "plain", "\\n stays", "Ünïcödé", "日本語", "\ud83d\ude00", "שלום")) {
			assertThat(LogText.of(fit)).isSameAs(fit);
		}
		assertThat(LogText.of("a\nb\tc\u001b[0m\u2028\ud83d\ude00\ud800"))
			.isEqualTo("a\\nb\\tc\\u001b[0m\\u2028\ud83d\ude00\\ud800");
	}

	@Test
	void whatIsLongIsCut() {
		assertThat(LogText.of("x".repeat(4096))).hasSize(4096);
		assertThat(LogText.of("x".repeat(4_000_000))).hasSizeLessThan(4200).endsWith("... (3995904 more characters)");
		assertThat(LogText.of("\n".repeat(5000))).hasSizeLessThan(8300).endsWith("\\n... (904 more characters)");
		// Not in the middle of a pair.
		assertHarmless(LogText.of("x".repeat(4095) + "\ud83d\ude00" + "y".repeat(10)));
	}

	@ParameterizedTest
	@MethodSource("arguments")
	void everyLineIsOneLine(String format, @Nullable Object[] arguments) {
		this.logger.warn(format, arguments.clone());
		this.logger.error(format, arguments.clone());
		this.logger.info(format, arguments.clone());
		this.logger.debug(format, arguments.clone());
		assertThat(this.lines.list).hasSize(4).allSatisfy((event) -> assertHarmless(event.getFormattedMessage()));
	}

	static Stream<Arguments> arguments() {
		String hostile = "k\n\u001b[1m\u0085\u2028\u202e";
		Object speaking = new Object() {
			@Override
			public String toString() {
				return hostile;
			}
		};
		return Stream.of(row("{}", hostile), row("a {} b {}", hostile, 5), row("{}", speaking),
				row("{}", List.of(hostile, hostile)), row("{} {}", null, new StringBuilder(hostile)),
				row("{}", hostile, new IllegalStateException(hostile)), row("{}", (Object) new String[] { hostile }),
				row("{} {}", new IllegalStateException(hostile), "x"));
	}

	private static Arguments row(String format, @Nullable Object... arguments) {
		return Arguments.of(format, arguments);
	}

	@Test
	void theTextsOfThrowablesForgeNoLines() {
		String forged = "no\n2026-01-01T00:00:00 ERROR everything is lost\u001b[2K";
		Throwable failure = new IllegalStateException(forged, new IllegalArgumentException(forged));
		failure.addSuppressed(new RuntimeException(forged));
		this.logger.warn("Failed", failure);
		this.logger.warn("Failed", new Saying(forged));
		PatternLayout layout = new PatternLayout();
		layout.setContext(this.target.getLoggerContext());
		layout.setPattern("%m%n%ex");
		layout.start();
		assertThat(this.lines.list).hasSize(2).allSatisfy((event) -> {
			String written = layout.doLayout(event);
			assertThat(written.lines()).noneMatch((line) -> line.startsWith("2026"));
			assertThat(written).doesNotContain("\u001b").contains("no\\n2026-01-01T00:00:00 ERROR");
		});
	}

	@Test
	void aThrowableThatIsFitIsLoggedItself() {
		IllegalStateException failure = new IllegalStateException("plain", new RuntimeException("plain"));
		assertThat(Throwables.loggable(failure)).isSameAs(failure);
		assertThat(Throwables.loggable(new IllegalStateException("x".repeat(1_000_000))).toString())
			.hasSizeLessThan(17_000);
	}

	private static void assertHarmless(String line) {
		assertThat(line.codePoints().noneMatch((each) -> switch (Character.getType(each)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE ->
				true;
			default -> false;
		})).as(line).isTrue();
	}

	/** Only its localized message is hostile. */
	private static final class Saying extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String text;

		Saying(String text) {
			super(text.substring(0, 2));
			this.text = text;
		}

		@Override
		public String getMessage() {
			return this.text;
		}

	}

}
