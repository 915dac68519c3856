package io.genserver.testsupport;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test, or the class, after which a Netty buffer was garbage collected without
 * having been released. Buffers still reachable are not judged: close what holds them in
 * {@code @AfterEach} or {@code @AfterAll}, both of which run before this looks.
 * <p>
 * Netty reports one and the same leak, by its stack traces, once in a JVM: only the first
 * test that shows it fails.
 */
public final class BufferLeaks implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

	private static final Duration GUARD = Duration.ofSeconds(30);

	private static final ConcurrentLinkedQueue<String> reports = new ConcurrentLinkedQueue<>();

	@Override
	public void beforeAll(ExtensionContext context) {
		ResourceLeakDetector.setLevel(Level.PARANOID);
		ByteBufUtil.setLeakListener((resource, records) -> reports.add(resource + " leaked" + records));
		collectReports();
		reports.clear();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		assertNone();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		assertNone();
	}

	private static void assertNone() {
		collectReports();
		List<String> found = new ArrayList<>();
		for (String report = reports.poll(); report != null; report = reports.poll()) {
			found.add(report);
		}
		if (!found.isEmpty()) {
			throw new AssertionError(found.size() + " buffers were not released:\n" + String.join("\n----\n", found));
		}
	}

	/**
	 * References of one collection are queued in any order, but after all of an earlier
	 * one: once a probe of the second collection is queued, so is every buffer of the
	 * first. Netty looks at its queue whenever a direct buffer is made.
	 */
	private static void collectReports() {
		awaitCollection();
		awaitCollection();
		Unpooled.directBuffer(1).release();
	}

	private static void awaitCollection() {
		ReferenceQueue<Object> queue = new ReferenceQueue<>();
		PhantomReference<Object> probe = new PhantomReference<>(new Object(), queue);
		long start = System.nanoTime();
		System.gc();
		while (queue.poll() != probe) {
			if (System.nanoTime() - start > GUARD.toNanos()) {
				throw new IllegalStateException("The garbage collector did not run within " + GUARD);
			}
			Thread.yield();
		}
	}

}
