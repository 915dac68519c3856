package io.genserver.testsupport;

import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test, or the class, that leaves a Netty buffer unreleased. What it holds must
 * be closed in {@code @AfterEach} or {@code @AfterAll}, both of which run before this
 * looks; buffers that other threads are still releasing are waited for.
 */
public final class BufferLeaks implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

	private volatile Set<Object> before = Set.of();

	@Override
	public void beforeAll(ExtensionContext context) {
		if (!OpenBuffers.isInstalled()) {
			throw new IllegalStateException("The leak detector of the tests is not installed: "
					+ "is META-INF/services/org.junit.platform.launcher.LauncherSessionListener on the class path?");
		}
		this.before = OpenBuffers.now();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		assertNone();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		assertNone();
	}

	private void assertNone() {
		HangGuard.await("all buffers are released", () -> leaked().isEmpty(),
				() -> leaked().stream().map(Object::toString).collect(Collectors.joining("\n----\n")));
	}

	private Set<Object> leaked() {
		return OpenBuffers.now()
			.stream()
			.filter((buffer) -> !this.before.contains(buffer))
			.collect(Collectors.toUnmodifiableSet());
	}

}
