package io.genserver.testsupport;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Knows every Netty buffer that was allocated and not yet released, without waiting for a
 * garbage collection: Netty reports each allocation and each release to its leak
 * detector, which this replaces before the first class of Netty is used. Constants that
 * classes allocate while they are initialized are left out, since they are never
 * released.
 */
public final class OpenBuffers implements LauncherSessionListener {

	private static final Set<Tracker<?>> open = ConcurrentHashMap.newKeySet();

	private static volatile boolean installed;

	@Override
	public void launcherSessionOpened(LauncherSession session) {
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
		ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {

			@Override
			@SuppressWarnings("deprecation")
			public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval,
					long maxActive) {
				return new Detector<>(resource, samplingInterval);
			}

		});
		installed = true;
	}

	static boolean isInstalled() {
		return installed;
	}

	/** The buffers that are open now. */
	static Set<Object> now() {
		return Set.copyOf(open);
	}

	private static final class Detector<T> extends ResourceLeakDetector<T> {

		Detector(Class<T> resource, int samplingInterval) {
			super(resource, samplingInterval);
		}

		@Override
		public ResourceLeakTracker<T> track(T resource) {
			List<String> stack = StackWalker.getInstance()
				.walk((frames) -> frames.skip(1).map(StackFrame::toString).collect(Collectors.toList()));
			Tracker<T> tracker = new Tracker<>(resource.getClass().getSimpleName(), stack);
			if (stack.stream().noneMatch((frame) -> frame.contains("<clinit>"))) {
				open.add(tracker);
			}
			return tracker;
		}

		@Override
		public ResourceLeakTracker<T> trackForcibly(T resource) {
			return track(resource);
		}

	}

	private static final class Tracker<T> implements ResourceLeakTracker<T> {

		private final String resource;

		private final List<String> stack;

		/** What the buffer was touched with last. */
		private volatile Object hint = "";

		Tracker(String resource, List<String> stack) {
			this.resource = resource;
			this.stack = stack;
		}

		@Override
		public void record() {
		}

		@Override
		public void record(Object hint) {
			this.hint = hint;
		}

		@Override
		public boolean close(T trackedObject) {
			open.remove(this);
			return true;
		}

		@Override
		public String toString() {
			return this.resource + " " + this.hint + " allocated at\n\t" + String.join("\n\t", this.stack);
		}

	}

}
