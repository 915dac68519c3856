package io.genserver.demo.board;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.ServerState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.BodyInserters;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The board as its users see it, over HTTP.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BoardTest {

	@LocalServerPort
	private int port;

	@Autowired
	private Keyed<Tile> tiles;

	@Autowired
	private GenServerRegistry registry;

	private WebTestClient client;

	@BeforeEach
	void connect() {
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + this.port)
			.responseTimeout(Duration.ofSeconds(240))
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(32 * 1024 * 1024))
			.build();
	}

	@Test
	void aPhotographComesBackIdenticalWhileOthersLookOn() throws Exception {
		Picture photograph = Pictures.photograph(Board.WIDTH, Board.HEIGHT, 42);
		AtomicBoolean painted = new AtomicBoolean();
		AtomicInteger looks = new AtomicInteger();
		CompletableFuture<Void> onlooker = CompletableFuture.runAsync(() -> {
			do {
				Picture seen = board();
				assertThat(seen.width()).isEqualTo(Board.WIDTH);
				assertThat(seen.height()).isEqualTo(Board.HEIGHT);
				looks.incrementAndGet();
			}
			while (!painted.get());
		});
		post(photograph, "").expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.pixels")
			.isEqualTo(1_310_720)
			.jsonPath("$.milliseconds")
			.isNumber();
		painted.set(true);
		onlooker.get();
		assertThat(looks).hasPositiveValue();
		assertThat(Arrays.mismatch(board().rgb(), photograph.rgb())).as("first pixel that differs").isEqualTo(-1);
	}

	@Test
	void twoWhoPaintAtOnceBothGetAllTheirPixels() {
		Picture left = Pictures.photograph(500, 400, 1);
		Picture right = Pictures.photograph(500, 400, 2);
		CompletableFuture<Void> other = CompletableFuture
			.runAsync(() -> post(left, "?x=70&y=300").expectStatus().isOk().expectBody().returnResult());
		post(right, "?x=570&y=300").expectStatus().isOk().expectBody().returnResult();
		other.join();
		Picture board = board();
		for (int y = 0; y < 400; y++) {
			for (int x = 0; x < 500; x++) {
				assertThat(board.at(70 + x, 300 + y)).isEqualTo(left.at(x, y));
				assertThat(board.at(570 + x, 300 + y)).isEqualTo(right.at(x, y));
			}
		}
	}

	@Test
	void aPictureGoesWhereItIsToldTo() {
		post(Pictures.filled(200, 200, 0x00FF00), "").expectStatus().isOk().expectBody().returnResult();
		post(Pictures.filled(3, 2, 0xFF0000), "?x=63&y=127").expectStatus().isOk().expectBody().returnResult();
		Picture board = board();
		for (int y = 125; y < 131; y++) {
			for (int x = 60; x < 70; x++) {
				boolean inside = x >= 63 && x < 66 && y >= 127 && y < 129;
				assertThat(board.at(x, y)).as("%d,%d", x, y).isEqualTo(inside ? 0xFF0000 : 0x00FF00);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/x-www-form-urlencoded", "application/octet-stream", "image/png" })
	void aPictureIsTakenWhateverItsContentType(String contentType) {
		this.client.post()
			.uri("/board.png?x=1200&y=900")
			.header(HttpHeaders.CONTENT_TYPE, contentType)
			.body(BodyInserters.fromDataBuffers(Mono.fromSupplier(
					() -> DefaultDataBufferFactory.sharedInstance.wrap(Png.encode(Pictures.filled(2, 2, 0))))))
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.pixels")
			.isEqualTo(4);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			?x=1280      | The corner 1280,0 is outside the board of 1280 by 1024 pixels
			?y=-1        | The corner 0,-1 is outside the board of 1280 by 1024 pixels
			?x=1271&y=0  | The picture is 10 by 5 pixels, but there is room for 9 by 1024 only
			?x=0&y=1020  | The picture is 10 by 5 pixels, but there is room for 1280 by 4 only
			""")
	void aPictureOutsideTheBoardIsRefused(String query, String detail) {
		expectProblem(post(Pictures.filled(10, 5, 0), query), HttpStatus.BAD_REQUEST, detail);
	}

	@Test
	void aCoordinateThatIsNoNumberIsRefused() {
		post(Pictures.filled(1, 1, 0), "?x=left").expectStatus()
			.isBadRequest()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(400);
	}

	@Test
	void whatIsNoPngFileIsRefused() {
		expectProblem(post("JFIF".getBytes(), ""), HttpStatus.BAD_REQUEST,
				"The body is not a PNG file, or a damaged one");
		expectProblem(this.client.post().uri("/board.png").exchange(), HttpStatus.BAD_REQUEST,
				"The body is not a PNG file, or a damaged one");
	}

	@Test
	void aFileThatIsTooLargeIsRefused() {
		expectProblem(post(new byte[12 * 1024 * 1024 + 1], ""), HttpStatus.CONTENT_TOO_LARGE,
				"The file is larger than 12 MiB, more than any picture that fits the board needs");
	}

	@ParameterizedTest
	@ValueSource(strings = { "20,0", "0,16", "here" })
	void aKeyThatIsNoTileGivesAnErrorThatSaysSoAndNoServer(String key) {
		StepVerifier.create(this.tiles.get(key).snapshot())
			.expectErrorSatisfies(
					(ex) -> assertThat(ex).isInstanceOf(IllegalArgumentException.class)
						.hasMessage("There is no tile \"" + key
								+ "\": a key is \"x,y\" with x from 0 to 19 and y from 0 to 15"))
			.verify(Duration.ofSeconds(240));
		await(() -> this.registry.info("tile", key) == null);
		assertThat(this.registry.info("tile").state()).isEqualTo(ServerState.RUNNING);
	}

	@Test
	void aWatcherSeesASnapshotAndThenEveryPixelPainted() {
		Tile tile = this.tiles.get("19,15");
		tile.paint(1, 1, 0x010203);
		StepVerifier.create(tile.watch(), 1).assertNext((first) -> {
			assertThat(first.painted()).isEmpty();
			assertThat(first.snapshot()).hasSize(Tile.SIZE * Tile.SIZE * 3);
			assertThat(Arrays.copyOfRange(first.snapshot(), 65 * 3, 66 * 3)).containsExactly(1, 2, 3);
		}).then(() -> tile.paint(2, 2, 0x040506)).thenRequest(1).assertNext((next) -> {
			assertThat(next.snapshot()).isNull();
			assertThat(next.painted()).containsExactly(new Pixel(2, 2, 0x040506));
		}).thenCancel().verify(Duration.ofSeconds(240));
	}

	private static void await(BooleanSupplier condition) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
			Thread.onSpinWait();
		}
	}

	private Picture board() {
		byte[] file = this.client.get()
			.uri("/board.png")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentType(MediaType.IMAGE_PNG)
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(file).isNotNull();
		return Png.decode(file, Board.WIDTH, Board.HEIGHT);
	}

	private WebTestClient.ResponseSpec post(Picture picture, String query) {
		return post(Png.encode(picture), query);
	}

	private WebTestClient.ResponseSpec post(byte[] file, String query) {
		return this.client.post().uri("/board.png" + query).contentType(MediaType.IMAGE_PNG).bodyValue(file).exchange();
	}

	private static void expectProblem(WebTestClient.ResponseSpec response, HttpStatus status, String detail) {
		response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(status.value())
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

}
