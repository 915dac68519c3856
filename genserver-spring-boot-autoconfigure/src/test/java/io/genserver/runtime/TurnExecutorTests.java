package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.AbortPolicy;
import java.util.concurrent.ThreadPoolExecutor.CallerRunsPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.CallCycleException;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Servers whose turns run on an executor of the user's, on real threads. */
@ExtendWith(OutputCaptureExtension.class)
@RealThreads
class TurnExecutorTests {

	private final ExecutorService pool = Executors.newFixedThreadPool(4, (task) -> new Thread(task, "users-own"));

	private final Engine engine = Engine.onWorkers();

	@AfterEach
	void close() {
		this.engine.close();
		this.pool.shutdownNow();
	}

	@Test
	void everythingOfTheServerRunsThere() throws Exception {
		List<String> threads = new ArrayList<>();
		add("server", this.pool, () -> {
			threads.add(thread());
			return new Object();
		});
		this.engine.runtime.start();
		GenServerRef<Object> server = this.engine.ref("server");
		CountDownLatch ticked = new CountDownLatch(1);
		threads.add(server.<String, RuntimeException>call((instance) -> thread()));
		server.cast((instance) -> {
			threads.add(thread());
			GenServerContext.current().continueWith(() -> threads.add(thread()));
			GenServerContext.current().schedule(Duration.ofMillis(1), () -> {
				threads.add(thread());
				ticked.countDown();
			});
		});
		assertThat(ticked.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(threads).hasSize(5).containsOnly("users-own");
	}

	@Test
	void S18_aServerWithEndlessBacklogLetsOthersOfItsOnlyThreadRun() {
		AtomicBoolean enough = new AtomicBoolean();
		ExecutorService one = Executors.newSingleThreadExecutor();
		try {
			add("endless", one, Object::new);
			add("other", one, Object::new);
			this.engine.runtime.start();
			goOn(this.engine.ref("endless"), enough);
			for (int i = 0; i < 10; i++) {
				assertThat(this.engine.ref("other").<Integer, RuntimeException>call((instance) -> 1)).isOne();
			}
		}
		finally {
			enough.set(true);
			one.shutdown();
		}
	}

	private static void goOn(GenServerRef<Object> endless, AtomicBoolean enough) {
		endless.cast((instance) -> {
			if (!enough.get()) {
				goOn(endless, enough);
			}
		});
	}

	@Test
	void messagesAreHandledOneAtATimeInTheOrderSent() throws Exception {
		add("server", this.pool, ArrayList<Integer>::new);
		this.engine.runtime.start();
		GenServerRef<List<Integer>> server = this.engine.ref("server");
		for (int i = 0; i < 2000; i++) {
			int each = i;
			server.cast((list) -> list.add(each));
		}
		List<Integer> handled = server.callAsync((list) -> List.copyOf(list)).get(HangGuard.SECONDS, TimeUnit.SECONDS);
		assertThat(handled).hasSize(2000).isSorted();
	}

	@Test
	void aTurnGoesOnThereAfterWhatItsHandlerReturnedHasCompleted() throws Exception {
		add("server", this.pool, Object::new);
		this.engine.runtime.start();
		GenServerRef<Object> server = this.engine.ref("server");
		CompletableFuture<String> awaited = new CompletableFuture<>();
		CompletableFuture<?> first = server.callAsync((instance) -> awaited);
		CompletableFuture<String> second = server.callAsync((instance) -> thread());
		assertThat(second).isNotDone();
		awaited.complete("now");
		first.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		assertThat(second.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("users-own");
	}

	@Test
	void anExecutorThatRunsOnItsCallerDoesNot(CapturedOutput output) {
		add("server", Runnable::run, Object::new);
		this.engine.runtime.start();
		GenServerRef<Object> server = this.engine.ref("server");
		Thread caller = Thread.currentThread();
		for (int i = 0; i < 3; i++) {
			assertThat(server.<Thread, RuntimeException>call((instance) -> Thread.currentThread())).isNotSameAs(caller);
		}
		assertThat(output.getAll()).containsOnlyOnce("Executor mine would run a turn of server server on the thread");
	}

	@Test
	void oneThatFallsBackOnItsCallerDoesNot() throws Exception {
		try (ThreadPoolExecutor small = one(new CallerRunsPolicy())) {
			CountDownLatch go = fill(small);
			add("server", small, Object::new);
			this.engine.runtime.start();
			Thread caller = Thread.currentThread();
			assertThat(this.engine.<Object>ref("server")
				.<Thread, RuntimeException>call((instance) -> Thread.currentThread())).isNotSameAs(caller);
			go.countDown();
		}
	}

	@Test
	void whatItRefusesIsNotLost(CapturedOutput output) throws Exception {
		try (ThreadPoolExecutor small = one(new AbortPolicy())) {
			CountDownLatch go = fill(small);
			add("server", small, Object::new);
			this.engine.runtime.start();
			GenServerRef<Object> server = this.engine.ref("server");
			assertThat(server.<String, RuntimeException>call((instance) -> thread())).startsWith("genserver-worker");
			assertThat(server.<String, RuntimeException>call((instance) -> thread())).startsWith("genserver-worker");
			go.countDown();
			assertThat(output.getAll()).containsOnlyOnce("Executor mine refused a turn of server server");
		}
	}

	@Test
	void oneThatIsShutDownAndForgetsItsTasksLosesNothing() throws Exception {
		ThreadPoolExecutor small = one(new CallerRunsPolicy());
		add("server", small, Object::new);
		this.engine.runtime.start();
		small.shutdown();
		assertThat(small.awaitTermination(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(this.engine.<Object>ref("server").<String, RuntimeException>call((instance) -> thread()))
			.startsWith("genserver-worker");
	}

	@Test
	void whatItForgetsAsItIsShutDownRuns() throws Exception {
		ThreadPoolExecutor small = one(new AbortPolicy());
		CountDownLatch go = new CountDownLatch(1);
		small.execute(() -> await(go));
		add("server", small, Object::new);
		this.engine.cell("server").start();
		assertThat(small.shutdownNow()).as("forgotten").hasSize(1);
		this.engine.runtime.start();
		assertThat(this.engine.<Object>ref("server").<String, RuntimeException>call((instance) -> thread()))
			.startsWith("genserver-worker");
	}

	@Test
	void S18_aTurnThatWaitsOnTheOnlyThreadOfAForkJoinPoolLetsOthersRunThere() {
		try (ForkJoinPool one = new ForkJoinPool(1)) {
			add("first", one, Object::new);
			add("second", one, Object::new);
			add("third", one, Object::new);
			this.engine.runtime.start();
			GenServerRef<Object> second = this.engine.ref("second");
			GenServerRef<Object> third = this.engine.ref("third");
			assertThat(this.engine.<Object>ref("first")
				.withTimeout(HangGuard.DURATION)
				.<Boolean, RuntimeException>call((server) -> second.<Boolean, RuntimeException>call(
						(other) -> third.callAsync((last) -> Thread.currentThread() instanceof ForkJoinWorkerThread)
							.join())))
				.isTrue();
		}
	}

	@Test
	void cyclesAndDeadlinesAreFoundThere() {
		add("a", this.pool, Object::new);
		add("b", this.pool, Object::new);
		this.engine.runtime.start();
		GenServerRef<Object> a = this.engine.ref("a");
		GenServerRef<Object> b = this.engine.ref("b");
		assertThatExceptionOfType(CallCycleException.class).isThrownBy(() -> a.<Object, RuntimeException>call(
				(x) -> b.<Object, RuntimeException>call((y) -> a.<Object, RuntimeException>call((z) -> "never"))));
		CompletableFuture<Object> never = new CompletableFuture<>();
		assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(() -> a.withTimeout(Duration.ofMillis(50))
			.<Object, RuntimeException>call((x) -> b.<Object, RuntimeException>call((y) -> never)));
		never.complete("late");
	}

	@Test
	void aHandlerThatBlocksIsInterruptedAtShutdown() throws Exception {
		Engine brief = new Engine(new WorkerScheduler(SchedulerSettings.DEFAULTS),
				Engine.shutdown(Duration.ofMillis(50), Duration.ofSeconds(10)));
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		CountDownLatch begun = new CountDownLatch(1);
		brief.runtime.add(definition("server", this.pool, Object::new));
		brief.runtime.start();
		brief.<Object>ref("server").cast((instance) -> {
			begun.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				interrupted.complete(true);
			}
		});
		assertThat(begun.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		brief.close();
		assertThat(interrupted.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	private static ThreadPoolExecutor one(RejectedExecutionHandler handler) {
		return new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), handler);
	}

	/** Keep the only thread of a pool busy, and its queue full. */
	private static CountDownLatch fill(ThreadPoolExecutor small) {
		CountDownLatch go = new CountDownLatch(1);
		for (int i = 0; i < 2; i++) {
			small.execute(() -> await(go));
		}
		return go;
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void add(String name, Executor executor, InstanceFactory factory) {
		this.engine.runtime.add(definition(name, executor, factory));
	}

	private static ServerDefinition definition(String name, Executor executor, InstanceFactory factory) {
		TurnExecutor own = new TurnExecutor("mine", executor,
				() -> executor instanceof ExecutorService service && service.isShutdown());
		return new ServerDefinition(name, Object.class, List.of(), false, List.of(), factory, ServerSettings.DEFAULTS,
				List.of(), own);
	}

	private static String thread() {
		return Thread.currentThread().getName();
	}

}
