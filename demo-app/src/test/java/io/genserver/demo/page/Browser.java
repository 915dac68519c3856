package io.genserver.demo.page;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.NoAlertPresentException;
import org.openqa.selenium.UnexpectedAlertBehaviour;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.assertj.core.api.Assertions.assertThat;

/** A headless Chromium with the demo's page, if there is one on this machine. */
final class Browser implements AutoCloseable {

	private static final Duration GUARD = Duration.ofSeconds(240);

	final ChromeDriver driver;

	Browser() {
		String chromium = installed("chromium", "chromium-browser", "google-chrome");
		String chromedriver = installed("chromedriver");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium);
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--window-size=1400,900");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		// A prompt stays until the test answers it.
		options.setUnhandledPromptBehaviour(UnexpectedAlertBehaviour.IGNORE);
		ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(new File(chromedriver))
			.build();
		this.driver = new ChromeDriver(service, options);
		this.driver.manage().timeouts().scriptTimeout(GUARD);
	}

	/** Where a program is; without it the test is skipped. */
	private static String installed(String... names) {
		String path = System.getenv().getOrDefault("PATH", "");
		Optional<Path> found = Stream.of(names)
			.flatMap((name) -> Stream.of(path.split(File.pathSeparator)).map((folder) -> Path.of(folder, name)))
			.filter(Files::isExecutable)
			.findFirst();
		Assumptions.assumeTrue(found.isPresent(),
				() -> names[0] + " is not installed: the tests of the page in a browser are skipped");
		return found.orElseThrow().toString();
	}

	/** Open the page and wait until it is connected. */
	void open(int port, String mode) {
		this.driver.get("http://localhost:" + port + "/?mode=" + mode);
		waitFor("the page to connect", () -> state().startsWith("open"));
	}

	String state() {
		return String.valueOf(run("return document.getElementById('state').textContent"));
	}

	/** The colour of a pixel as the page shows it. */
	int pixel(int x, int y) {
		List<?> rgba = (List<?>) run("""
				const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
				copy.drawImage(document.getElementById('canvas'), arguments[0], arguments[1], 1, 1, 0, 0, 1, 1);
				return Array.from(copy.getImageData(0, 0, 1, 1).data);
				""", x, y);
		return (number(rgba.get(0)) << 16) | (number(rgba.get(1)) << 8) | number(rgba.get(2));
	}

	private static int number(Object value) {
		return ((Number) value).intValue();
	}

	/** Stop everything the page does, as a prompt that nobody answers does. */
	void freeze() {
		run("setTimeout(() => alert('busy'))");
		waitFor("the prompt", () -> {
			try {
				this.driver.switchTo().alert();
				return true;
			}
			catch (NoAlertPresentException ex) {
				return false;
			}
		});
	}

	void unfreeze() {
		this.driver.switchTo().alert().accept();
	}

	Object run(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	/** Run the body of an async function and return what it returns. */
	Object await(String body, Object... arguments) {
		Object result = this.driver.executeAsyncScript("""
				const done = arguments[arguments.length - 1];
				const given = Array.from(arguments).slice(0, -1);
				(async (...given) => { %s })(...given)
					.then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));
				""".formatted(body), arguments);
		Map<?, ?> outcome = (Map<?, ?>) result;
		assertThat(outcome.get("error")).as("failure in the page").isNull();
		return outcome.get("value");
	}

	/** What the page complained of in the console since the last look. */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::getMessage)
			.toList();
	}

	static void waitFor(String what, BooleanSupplier condition) {
		long end = System.nanoTime() + GUARD.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("waited in vain for " + what).isLessThan(end);
			Thread.onSpinWait();
		}
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
