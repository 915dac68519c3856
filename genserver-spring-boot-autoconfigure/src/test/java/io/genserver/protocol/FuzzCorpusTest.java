package io.genserver.protocol;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Plays every input that was ever of interest to the fuzzer; findings are kept there. */
class FuzzCorpusTest {

	@ParameterizedTest
	@EnumSource
	void everyInputOfTheCorpusHolds(FuzzTargets target) throws Exception {
		List<Path> inputs = inputs(target);
		assertThat(inputs).hasSizeGreaterThan(10);
		for (Path input : inputs) {
			try {
				target.test(Files.readAllBytes(input));
			}
			catch (Throwable ex) {
				throw new AssertionError(input + " does not hold", ex);
			}
		}
	}

	static Path corpus(FuzzTargets target) throws URISyntaxException {
		return Path
			.of(FuzzCorpusTest.class.getResource("corpus/" + target.name().toLowerCase(java.util.Locale.ROOT)).toURI());
	}

	private static List<Path> inputs(FuzzTargets target) throws IOException, URISyntaxException {
		try (Stream<Path> files = Files.list(corpus(target))) {
			return files.sorted().toList();
		}
	}

}
