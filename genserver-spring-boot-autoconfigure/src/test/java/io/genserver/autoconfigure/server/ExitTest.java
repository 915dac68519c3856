package io.genserver.autoconfigure.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerUnavailableException;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/** The JVM exits, whatever thread asks for it and whatever hooks do meanwhile. */
@RealThreads
class ExitTest {

	@TempDir
	private Path folder;

	@Test
	void S15_hooksThatCallServersAreServedOrRefusedAndTheJvmEnds() throws Exception {
		assertThat(exit("main", 3)).contains("hook was refused, not executed: true", "terminated after all it was sent",
				"handler was refused, not executed: true");
	}

	@Test
	void S15_aHandlerMayExitWhileOthersWaitForIt() throws Exception {
		assertThat(exit("handler", 4)).contains("hook was refused, not executed: true",
				"terminated after all it was sent", "handler was refused, not executed: true");
	}

	private String exit(String from, int status) throws Exception {
		Path output = this.folder.resolve("output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Program.class.getName(), from)
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(process.waitFor(HangGuard.SECONDS, TimeUnit.SECONDS)).as("ends, having said:\n" + said(output))
				.isTrue();
			assertThat(process.exitValue()).as(said(output)).isEqualTo(status);
			return said(output);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String said(Path output) throws IOException {
		return Files.readString(output);
	}

	interface Counter {

		int next();

		@Cast
		void add(int by);

	}

	@GenServer("counter")
	static class CounterServer implements Counter {

		private int number;

		@Override
		public int next() {
			return this.number;
		}

		@Override
		public void add(int by) {
			this.number += by;
		}

		@PreDestroy
		void terminate() {
			System.out.println((this.number == 1000) ? "terminated after all it was sent" : "lost " + this.number);
		}

	}

	interface Exiting {

		void exit(int status);

	}

	@GenServer("exiting")
	static class ExitingServer implements Exiting {

		@Override
		public void exit(int status) {
			System.exit(status);
		}

	}

	/** Has a hook of its own, and a handler that Spring runs after all contexts. */
	@Configuration(proxyBeanMethods = false)
	@Import({ GenServerAutoConfiguration.class, CounterServer.class, ExitingServer.class })
	static class Program {

		public static void main(String[] arguments) {
			SpringApplication application = new SpringApplication(Program.class);
			application.setWebApplicationType(WebApplicationType.NONE);
			var context = application.run("--spring.main.banner-mode=off", "--genserver.shutdown.drain-timeout=20s");
			Counter counter = context.getBean(Counter.class);
			Runtime.getRuntime().addShutdownHook(new Thread(() -> callUntilRefused("hook", counter)));
			SpringApplication.getShutdownHandlers().add(() -> callUntilRefused("handler", counter));
			for (int i = 0; i < 1000; i++) {
				counter.add(1);
			}
			if (arguments[0].equals("main")) {
				System.exit(3);
			}
			Exiting exiting = context.getBean(Exiting.class);
			Thread.ofPlatform().daemon().start(() -> exiting.exit(4));
			exiting.exit(4);
		}

		private static void callUntilRefused(String who, Counter counter) {
			try {
				while (true) {
					counter.next();
				}
			}
			catch (GenServerUnavailableException ex) {
				System.out.println(who + " was refused, not executed: " + ex.notExecuted());
			}
		}

	}

}
