package io.genserver.testsupport;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test, or the class, that leaves a Netty buffer unreleased. What it holds must
 * be closed in {@code @AfterEach} or {@code @AfterAll}, both of which run before this
 * looks; buffers that other threads are still releasing are waited for. A buffer is
 * reported once.
 */
public final class BufferLeaks implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

	/** Seconds to wait for buffers to be released, as a parameter of the test run. */
	static final String PATIENCE = "genserver.buffers.patience";

	private volatile Set<Object> known = Set.of();

	@Override
	public void beforeAll(ExtensionContext context) {
		if (!OpenBuffers.isInstalled()) {
			throw new IllegalStateException("The leak detector of the tests is not installed: "
					+ "is META-INF/services/org.junit.platform.launcher.LauncherSessionListener on the class path?");
		}
		this.known = OpenBuffers.now();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		assertNone(context);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		assertNone(context);
	}

	private void assertNone(ExtensionContext context) {
		long patience = context.getConfigurationParameter(PATIENCE, Long::parseLong).orElse((long) HangGuard.SECONDS);
		if (HangGuard.holds(() -> leaked().isEmpty(), Duration.ofSeconds(patience))) {
			return;
		}
		Set<Object> leaked = leaked();
		this.known = OpenBuffers.now();
		throw new AssertionError(leaked.size() + " buffers were not released:\n"
				+ leaked.stream().map(Object::toString).collect(Collectors.joining("\n----\n")));
	}

	private Set<Object> leaked() {
		Set<Object> leaked = new HashSet<>(OpenBuffers.now());
		leaked.removeAll(this.known);
		return leaked;
	}

}
