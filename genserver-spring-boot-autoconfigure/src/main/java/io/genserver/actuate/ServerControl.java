package io.genserver.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.genserver.GenServerRegistry;
import io.genserver.NoSuchServerException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Does to servers what requests ask for, or says what they could have asked for.
 */
final class ServerControl {

	/** Names that are listed in an answer. */
	private static final int SHOWN = 50;

	private final GenServerRegistry registry;

	ServerControl(GenServerRegistry registry) {
		this.registry = registry;
	}

	WebEndpointResponse<Refusal> control(String name, @Nullable String action, boolean force) {
		Action wanted = Action.of(action);
		if (wanted == null) {
			return badAction(action);
		}
		if (force && wanted != Action.RESTART) {
			return badRequest("Only a restart can be forced, not '" + wanted.text() + "': leave out force");
		}
		if (!this.registry.names().contains(name)) {
			return unknown(name);
		}
		try {
			wanted.onServer(this.registry, force).accept(name);
		}
		catch (NoSuchServerException ex) {
			// Started at run time, and has stopped meanwhile.
			return unknown(name);
		}
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	WebEndpointResponse<Refusal> control(String name, String key, @Nullable String action, boolean force) {
		Action wanted = Action.of(action);
		if (wanted == null) {
			return badAction(action);
		}
		if (force && wanted != Action.RESTART) {
			return badRequest("Only a restart can be forced, not '" + wanted.text() + "': leave out force");
		}
		if (!this.registry.names().contains(name)) {
			return unknown(name);
		}
		if (!this.registry.info(name).keyed()) {
			return notFound("Server '" + name + "' is not keyed: leave out '" + key + "'");
		}
		if (this.registry.info(name, key) == null) {
			return notFound("Server '" + name + "' has no instance with the key '" + key
					+ "' now; one starts with its first message");
		}
		wanted.onInstance(this.registry, force).accept(name, key);
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	private static WebEndpointResponse<Refusal> badAction(@Nullable String action) {
		String actions = Arrays.stream(Action.values()).map(Action::text).collect(Collectors.joining(", "));
		return badRequest(((action != null) ? "There is no action '" + action + "'" : "The action is missing")
				+ "; the actions are: " + actions + ". Send one as {\"action\": \"suspend\"}");
	}

	private static WebEndpointResponse<Refusal> badRequest(String message) {
		return new WebEndpointResponse<>(new Refusal(message), WebEndpointResponse.STATUS_BAD_REQUEST);
	}

	private WebEndpointResponse<Refusal> unknown(String name) {
		Collection<String> names = this.registry.names();
		String listed = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
		return notFound(
				"There is no server '" + name + "'; " + (names.isEmpty() ? "there is none at all" : "the servers are: "
						+ listed + ((names.size() > SHOWN) ? " and " + (names.size() - SHOWN) + " more" : "")));
	}

	private static WebEndpointResponse<Refusal> notFound(String message) {
		return new WebEndpointResponse<>(new Refusal(message), WebEndpointResponse.STATUS_NOT_FOUND);
	}

	/** What can be done to a server. */
	private enum Action {

		SUSPEND, RESUME, RESTART;

		static @Nullable Action of(@Nullable String text) {
			return Arrays.stream(values())
				.filter((each) -> each.name().equalsIgnoreCase(text))
				.findFirst()
				.orElse(null);
		}

		String text() {
			return name().toLowerCase(Locale.ROOT);
		}

		Consumer<String> onServer(GenServerRegistry registry, boolean force) {
			return switch (this) {
				case SUSPEND -> registry::suspend;
				case RESUME -> registry::resume;
				case RESTART -> force ? (name) -> registry.restart(name, Duration.ZERO) : registry::restart;
			};
		}

		BiConsumer<String, String> onInstance(GenServerRegistry registry, boolean force) {
			return switch (this) {
				case SUSPEND -> registry::suspend;
				case RESUME -> registry::resume;
				case RESTART -> force ? (name, key) -> registry.restart(name, key, Duration.ZERO) : registry::restart;
			};
		}

	}

	/**
	 * Why nothing was done.
	 *
	 * @param message names what could have been asked for
	 */
	record Refusal(String message) implements OperationResponseBody {
	}

}
