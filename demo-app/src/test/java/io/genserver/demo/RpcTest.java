package io.genserver.demo;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.demo.board.Pixel;
import io.genserver.demo.board.Tile;
import io.genserver.demo.kv.Change;
import io.genserver.demo.kv.KeyValue;
import io.genserver.rpc.client.GenServerClient;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The servers called over the WebSocket, by the contracts they are called by in process.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RpcTest {

	private static final Duration GUARD = Duration.ofSeconds(240);

	@LocalServerPort
	private int port;

	@Autowired
	private KeyValue local;

	@Autowired
	private GenServerRegistry registry;

	@Autowired
	private MeterRegistry meters;

	private GenServerClient client;

	private KeyValue kv;

	private Keyed<Tile> tiles;

	@BeforeEach
	void connect() {
		this.client = GenServerClient.connect("ws://localhost:" + this.port + "/ws");
		this.kv = this.client.server("kv", KeyValue.class);
		this.tiles = this.client.keyed("tile", Tile.class);
	}

	@AfterEach
	void disconnect() {
		this.client.close();
	}

	@Test
	void whatIsSetOnOneSideIsThereOnTheOther() throws Exception {
		this.local.set("rpc.near", "here");
		this.kv.set("rpc.far", "there");
		assertThat(this.kv.get("rpc.near")).isEqualTo("here");
		assertThat(this.kv.find("rpc.far").get(240, TimeUnit.SECONDS)).isEqualTo("there");
		assertThat(this.local.get("rpc.far")).isEqualTo("there");
		assertThat(this.kv.get("rpc.nothing")).isNull();
	}

	@Test
	void changesArriveAsTheyHappen() {
		this.kv.set("rpc.watched.a", "1");
		StepVerifier.create(this.kv.watch("rpc.watched."))
			.expectNext(new Change("rpc.watched.a", "1"))
			.then(() -> this.local.set("rpc.watched.b", "2"))
			.expectNext(new Change("rpc.watched.b", "2"))
			.thenCancel()
			.verify(GUARD);
	}

	@Test
	void whatIsPaintedIsOnTheTile() {
		Tile tile = this.tiles.get("10,10");
		tile.paint(3, 0, 0xA1B2C3);
		byte[] snapshot = tile.snapshot().block(GUARD);
		assertThat(snapshot).hasSize(Tile.SIZE * Tile.SIZE * 3);
		assertThat(Arrays.copyOfRange(snapshot, 6, 15)).containsExactly(0xFF, 0xFF, 0xFF, 0xA1, 0xB2, 0xC3, 0xFF, 0xFF,
				0xFF);
	}

	@Test
	void aWatcherSeesASnapshotAndThenWhatIsPainted() {
		Tile tile = this.tiles.get("11,10");
		StepVerifier.create(tile.watch())
			.assertNext((first) -> assertThat(first.snapshot()).hasSize(Tile.SIZE * Tile.SIZE * 3))
			.then(() -> tile.paint(5, 6, 0x070809))
			.assertNext((next) -> assertThat(next.painted()).containsExactly(new Pixel(5, 6, 0x070809)))
			.thenCancel()
			.verify(GUARD);
	}

	@Test
	void aKeyThatIsNoTileGivesAnErrorThatSaysSo() {
		StepVerifier.create(this.tiles.get("20,0").snapshot())
			.expectErrorSatisfies((ex) -> assertThat(ex).hasMessageContaining(
					"There is no tile \"20,0\": a key is \"x,y\" with x from 0 to 19 and y from 0 to 15"))
			.verify(GUARD);
	}

	@Test
	void remoteCallsAreHandledByTheServerTheRegistryShows() {
		long before = this.registry.info("kv").processed();
		this.kv.get("rpc.any");
		assertThat(this.registry.info("kv").processed()).isGreaterThan(before);
	}

	@Test
	void theMetersCountTheConnection() {
		this.kv.get("anything");
		assertThat(this.meters.get("genserver.rpc.connections").gauge().value()).isGreaterThanOrEqualTo(1);
		assertThat(this.meters.get("genserver.rpc.unsent").gauge().value()).isNotNegative();
		assertThat(this.meters.get("genserver.rpc.unhandled").gauge().value()).isNotNegative();
		assertThat(this.meters.get("genserver.rpc.calls.inflight").gauge().value()).isNotNegative();
	}

}
