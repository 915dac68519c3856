package io.genserver.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerDefinition;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.ServerSettings.StartFailure;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.ContractProxies;
import io.genserver.runtime.contract.Contracts;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A few servers to look at, without a container.
 */
public final class Servers implements AutoCloseable {

	private final GenServerRuntime runtime;

	private final LocalRegistry registry;

	public Servers(@Nullable GenServerMeters meters) {
		this.runtime = (meters == null) ? new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(), () -> false)
				: new GenServerRuntime(RuntimeSettings.DEFAULTS, () -> List.of(meters), List.of(meters), () -> false,
						meters::happened);
		this.registry = new LocalRegistry(this.runtime, new NoContracts(), ServerSettings.DEFAULTS);
	}

	public Servers add(String name, boolean keyed, int capacity, InstanceFactory factory, Operation... operations) {
		ServerSettings settings = new ServerSettings(capacity, Overflow.REJECT, ServerSettings.DEFAULTS.callTimeout(),
				ServerSettings.DEFAULTS.supervision(), 1000, null, StartFailure.MARK_FAILED);
		this.runtime.add(
				new ServerDefinition(name, Cell.class, List.of(), keyed, Arrays.asList(operations), factory, settings));
		return this;
	}

	public Servers add(String name, boolean keyed) {
		return add(name, keyed, 4, Cell::new);
	}

	public Servers start() {
		this.runtime.start();
		return this;
	}

	public GenServerRuntime runtime() {
		return this.runtime;
	}

	public LocalRegistry registry() {
		return this.registry;
	}

	public GenServerRef<Cell> ref(String name) {
		return this.registry.ref(name);
	}

	public GenServerRef<Cell> ref(String name, String key) {
		return this.registry.ref(name, key);
	}

	/** Let a server handle a message until the result is closed. */
	public Busy occupy(GenServerRef<Cell> ref) throws InterruptedException {
		Busy busy = new Busy(new CountDownLatch(1), new CountDownLatch(1));
		ref.cast((cell) -> {
			busy.started().countDown();
			busy.release().await();
		});
		busy.started().await();
		return busy;
	}

	@Override
	public void close() {
		this.runtime.shutdown();
	}

	/** What the servers are. */
	public static final class Cell {

		public String value = "";

	}

	/** A server at work. */
	public record Busy(CountDownLatch started, CountDownLatch release) implements AutoCloseable {

		@Override
		public void close() {
			this.release.countDown();
		}

	}

	private static final class NoContracts implements Contracts {

		@Override
		public List<Class<?>> contractsOf(Class<?> type) {
			return List.of();
		}

		@Override
		public List<Operation> operationsOf(String name, Class<?> type) {
			return List.of();
		}

		@Override
		public ContractProxies proxies(List<Class<?>> contracts, List<? extends Operation> operations) {
			throw new UnsupportedOperationException("No contracts here");
		}

	}

}
