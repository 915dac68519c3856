package com.example.aot;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.genserver.Call;
import io.genserver.GenServer;
import io.genserver.Keyed;
import io.genserver.autoconfigure.actuate.GenServerActuatorAutoConfiguration;
import io.genserver.autoconfigure.actuate.GenServerBackgroundActuatorAutoConfiguration;
import io.genserver.autoconfigure.actuate.GenServerRpcActuatorAutoConfiguration;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.autoconfigure.client.GenServerClientAutoConfiguration;
import io.genserver.autoconfigure.rpc.GenServerCodecAutoConfiguration;
import io.genserver.autoconfigure.rpc.GenServerRpcAutoConfiguration;
import io.genserver.autoconfigure.rpc.GenServerRpcBrowserAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import reactor.core.publisher.Flux;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * An application that is reached over connections, and has servers elsewhere.
 */
final class Office {

	private Office() {
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Libraries.class, DeskServer.class, ArchiveServer.class, Clerk.class })
	static class Application {

	}

	/** Where the archive is. */
	@Configuration(proxyBeanMethods = false)
	@Import({ Libraries.class, ArchiveServer.class })
	static class Elsewhere {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ GenServerAutoConfiguration.class, GenServerBackgroundAutoConfiguration.class,
			GenServerCodecAutoConfiguration.class, GenServerClientAutoConfiguration.class,
			GenServerRpcAutoConfiguration.class, GenServerRpcBrowserAutoConfiguration.class,
			GenServerActuatorAutoConfiguration.class, GenServerBackgroundActuatorAutoConfiguration.class,
			GenServerRpcActuatorAutoConfiguration.class, EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class, JacksonAutoConfiguration.class, CodecsAutoConfiguration.class,
			WebFluxAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
			NettyReactiveWebServerAutoConfiguration.class })
	static class Libraries {

	}

	record Letter(String to, Stamp stamp, Page[] pages, List<Enclosure> enclosures) {
	}

	record Stamp(int cents) {
	}

	record Page(String text) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	sealed interface Enclosure {

	}

	record Photo(Map<String, Size> sizes) implements Enclosure {
	}

	record Size(int width, int height) {
	}

	record Form(String number) implements Enclosure {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes(@JsonSubTypes.Type(value = Paid.class, name = "paid"))
	interface Receipt {

	}

	record Paid(Stamp stamp) implements Receipt {
	}

	/** Is no record. */
	static class Drawer {

		private Label[] labels = {};

		public Label[] getLabels() {
			return this.labels;
		}

		public void setLabels(Label[] labels) {
			this.labels = labels;
		}

	}

	record Label(String text) {
	}

	record Weigh(Letter letter) {
	}

	record Weight(double grams) {
	}

	interface Desk {

		Receipt post(Letter letter);

		Flux<Page> pages(Letter letter);

		Drawer drawer();

	}

	@GenServer("desk")
	static class DeskServer implements Desk {

		@Override
		public Receipt post(Letter letter) {
			return new Paid(letter.stamp());
		}

		@Override
		public Flux<Page> pages(Letter letter) {
			return Flux.fromArray(letter.pages());
		}

		@Override
		public Drawer drawer() {
			Drawer drawer = new Drawer();
			drawer.setLabels(new Label[] { new Label("top") });
			return drawer;
		}

		@Call("weigh")
		Weight on(Weigh request) {
			return new Weight(request.letter().pages().length * 5.0);
		}

	}

	interface Archive {

		int file(Document document);

	}

	record Document(String name) {
	}

	@GenServer(name = "archive", keyed = true)
	static class ArchiveServer implements Archive {

		private int filed;

		@Override
		public int file(Document document) {
			this.filed++;
			return this.filed;
		}

	}

	/** A contract whose server only configuration knows. */
	interface Remote {

		RemoteReply ask(RemoteQuestion question);

	}

	record RemoteQuestion(String text) {
	}

	record RemoteReply(String text) {
	}

	record Clerk(Desk desk, Keyed<Archive> archive) {
	}

}
