package io.genserver.demo.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.demo.DemoApplication;
import io.genserver.demo.board.Tile;
import io.genserver.rpc.server.RpcConnection;
import io.genserver.rpc.server.RpcConnections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/** The page in a browser, in both modes. Skipped where there is no Chromium. */
@ParameterizedClass(name = "{0}")
@CsvSource({ "auto, ext", "base, base" })
class PageTest {

	private static final int TILES = 320;

	/** Bytes beyond which streams are not asked for more, as it is by default. */
	private static final long OUTBOUND_SOFT = 1024 * 1024;

	/** 256 pixels as JSON: what each stream may have been asked for before. */
	private static final long LARGEST_UPDATE = 10 * 1024;

	/** Rounds without a byte taken that count as a standstill. */
	private static final int ROUNDS = 10;

	private static final int MANY_ROUNDS = 2000;

	/**
	 * What Chromium itself writes to the console when a server is not there, whatever the
	 * page does about it: that it could not connect, or that the measurements that were
	 * being read at that moment did not come.
	 */
	private static final Pattern UNREACHABLE = Pattern
		.compile(".* WebSocket connection to 'ws://localhost:\\d+/ws' failed: .*"
				+ "|http://localhost:\\d+/actuator/metrics/\\S+ - Failed to load resource: net::ERR_\\w+");

	private final String asked;

	private final String spoken;

	private final List<Browser> browsers = new ArrayList<>();

	private ConfigurableApplicationContext application;

	private final int port;

	PageTest(String asked, String spoken) {
		this.asked = asked;
		this.spoken = spoken;
		this.browsers.add(new Browser());
		this.application = start(0);
		this.port = ((WebServerApplicationContext) this.application).getWebServer().getPort();
	}

	@AfterEach
	void stop() {
		this.browsers.forEach(Browser::close);
		this.application.close();
	}

	/** Streams end when their watchers leave, so a shutdown need not wait for them. */
	private static ConfigurableApplicationContext start(int port) {
		return SpringApplication.run(DemoApplication.class, "--server.port=" + port,
				"--genserver.shutdown.drain-timeout=1s");
	}

	private Browser open() {
		Browser browser = this.browsers.getFirst();
		browser.open(this.port, this.asked);
		assertThat(browser.state()).isEqualTo("open, " + this.spoken + " mode");
		return browser;
	}

	private Browser openAnother() {
		Browser browser = new Browser();
		this.browsers.add(browser);
		browser.open(this.port, this.asked);
		return browser;
	}

	@Test
	void whatOnePagePaintsTheOtherSees() {
		Browser one = open();
		Browser two = openAnother();
		Browser.waitFor("two visitors", () -> one.driver.findElements(By.cssSelector("#visitors li")).size() == 2);
		WebElement canvas = one.driver.findElement(By.id("canvas"));
		new Actions(one.driver).moveToElement(canvas).clickAndHold().moveByOffset(40, 0).release().perform();
		Browser.waitFor("the stroke", () -> two.pixel(640, 512) != 0xFFFFFF);
		assertThat(two.pixel(640, 512)).isEqualTo(one.pixel(640, 512));
		two.driver.findElement(By.id("canvas")).sendKeys("1", Keys.SPACE);
		Browser.waitFor("a dab by the keyboard", () -> one.pixel(640, 512) == 0x1B1F26);
		assertThat(one.complaints()).isEmpty();
		assertThat(two.complaints()).isEmpty();
	}

	@Test
	void thePageRecoversFromARestartOfTheServerWithoutAReload() {
		Browser one = open();
		Browser two = openAnother();
		one.run("window.loaded = 'once'");
		two.run("window.loaded = 'once'");
		this.application.close();
		Browser.waitFor("the loss to be shown",
				() -> !one.state().startsWith("open") && !two.state().startsWith("open"));
		this.application = start(this.port);
		Browser.waitFor("both to be back", () -> one.state().startsWith("open") && two.state().startsWith("open"));
		one.driver.findElement(By.id("canvas")).sendKeys("3", Keys.SPACE);
		Browser.waitFor("what one paints then", () -> two.pixel(640, 512) == 0xE11D48);
		for (Browser browser : List.of(one, two)) {
			assertThat(browser.run("return window.loaded")).isEqualTo("once");
			assertThat(browser.complaints()).isNotEmpty()
				.allSatisfy((complaint) -> assertThat(complaint).matches(UNREACHABLE));
		}
	}

	@Test
	void tenThousandPixelsOfATileArriveInOrderAndNoneIsLost() {
		Browser browser = open();
		Object wrong = browser.await("""
				const { connect } = await import('/genserver/genserver-client.js');
				const [mode] = given;
				const watcher = connect('/ws', { mode });
				const painter = connect('/ws', { mode });
				const updates = watcher.stream('tile.watch', [], { key: '3,4' })[Symbol.asyncIterator]();
				if (!(await updates.next()).value.snapshot) {
					return 'no snapshot first';
				}
				let expected = 0;
				// A pixel is told once per wave, so that no later colour can take the place of an earlier one.
				for (let wave = 0; wave < 10; wave++) {
					const painted = [];
					for (let i = 0; i < 1000; i++) {
						painted.push(painter.call('tile.paint', [i % 64, i >> 6, wave * 1000 + i], { key: '3,4' }));
					}
					while (expected < (wave + 1) * 1000) {
						for (const { x, y, rgb } of (await updates.next()).value.painted) {
							if (rgb !== expected || x !== expected % 1000 % 64 || y !== expected % 1000 >> 6) {
								return `${expected} expected, not ${rgb} at ${x},${y}`;
							}
							expected++;
						}
					}
					await Promise.all(painted);
				}
				watcher.close();
				painter.close();
				return null;
				""", this.asked);
		assertThat(wrong).isNull();
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void aTabThatStopsConsumingDoesNotGrowTheServersMemory() {
		Browser browser = open();
		Keyed<Tile> tiles = this.application
			.<Keyed<Tile>>getBeanProvider(ResolvableType.forClassWithGenerics(Keyed.class, Tile.class))
			.getObject();
		browser.freeze();
		long largest = 0;
		long sent = -1;
		int colour = 0;
		for (int rounds = 0; rounds < ROUNDS; rounds++) {
			paintEverywhere(tiles, ++colour);
			RpcConnection page = this.application.getBean(RpcConnections.class).list().getFirst();
			largest = Math.max(largest, page.bytesUnsent());
			if (page.bytesSent() != sent) {
				// It still takes what buffers on the way take.
				sent = page.bytesSent();
				rounds = 0;
				assertThat(colour).as("rounds painted while the page stands still").isLessThan(MANY_ROUNDS);
			}
		}
		assertThat(largest).isLessThan(OUTBOUND_SOFT + TILES * LARGEST_UPDATE);
		if (this.spoken.equals("base")) {
			// In ext mode the tiles are not even asked for what the page would not take.
			assertThat(largest).isPositive();
		}
		browser.unfreeze();
		int last = colour;
		Browser.waitFor("the last colour", () -> browser.pixel(640, 512) == last);
		assertThat(browser.complaints()).isEmpty();
	}

	/** A row of pixels of each tile. */
	private static void paintEverywhere(Keyed<Tile> tiles, int colour) {
		for (int tile = 0; tile < TILES; tile++) {
			GenServerRef<Tile> ref = tiles.ref(tile % 20 + "," + tile / 20);
			for (int x = 0; x < Tile.SIZE; x++) {
				int column = x;
				ref.cast((server) -> server.paint(column, 0, colour));
			}
		}
	}

	@Test
	void aPictureDroppedOnTheBoardIsPainted() {
		Browser browser = open();
		browser
			.await("""
					const picture = new OffscreenCanvas(32, 32);
					const context = picture.getContext('2d');
					context.fillStyle = '#123456';
					context.fillRect(0, 0, 32, 32);
					const data = new DataTransfer();
					data.items.add(new File([await picture.convertToBlob({ type: 'image/png' })], 'square.png', { type: 'image/png' }));
					const canvas = document.getElementById('canvas').getBoundingClientRect();
					const at = { clientX: canvas.left + canvas.width / 2, clientY: canvas.top + canvas.height / 2 };
					document.getElementById('viewport').dispatchEvent(new DragEvent('drop', { ...at, dataTransfer: data, bubbles: true, cancelable: true }));
					""");
		Browser.waitFor("the picture", () -> browser.pixel(650, 522) == 0x123456);
		Browser.waitFor("the message",
				() -> browser.driver.findElement(By.id("message")).getText().startsWith("1,024 pixels"));
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void aTileThatCrashesIsStartedAnewAndThePageGoesOn() {
		Browser browser = open();
		browser.driver.findElement(By.id("crash")).click();
		Browser.waitFor("the restart to be told",
				() -> browser.driver.findElement(By.id("log")).getText().contains("started anew"));
		browser.driver.findElement(By.id("canvas")).sendKeys("3", Keys.SPACE);
		Browser.waitFor("paint on the tile that crashed", () -> browser.pixel(640, 512) == 0xE11D48);
		assertThat(browser.complaints()).isEmpty();
	}

	@Test
	void thePanelShowsWhatTheServersDo() {
		Browser browser = open();
		browser.driver.findElement(By.id("canvas")).sendKeys(Keys.SPACE);
		Map<String, String> shown = Map.of("connections", "\\d+", "tiles", "\\d+", "restarts", "\\d+", "p50", ".*\\d.*",
				"p99", ".*\\d.*", "latency", "\\d+\\.\\d");
		shown.forEach((id, pattern) -> Browser.waitFor(id + " to be shown",
				() -> browser.driver.findElement(By.id(id)).getText().matches(pattern)));
		assertThat(browser.complaints()).isEmpty();
	}

}
