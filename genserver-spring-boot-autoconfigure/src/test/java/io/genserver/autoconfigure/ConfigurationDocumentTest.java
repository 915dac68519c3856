package io.genserver.autoconfigure;

import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.autoconfigure.background.GenServerBackgroundProperties;
import io.genserver.autoconfigure.client.GenServerClientProperties;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.background.BackgroundService;
import io.genserver.runtime.ServerSettings.StartFailure;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/configuration.md} has every key, with its default, and no other.
 */
class ConfigurationDocumentTest {

	private static final Pattern ROW = Pattern.compile("\\| `(genserver\\.[^`]+)` \\| (?:`([^`]*)`)? ?\\|.*");

	@Test
	void theDocumentHasEveryKeyWithItsDefault() throws Exception {
		TreeMap<String, String> documented = new TreeMap<>();
		for (String line : Files.readAllLines(Path.of("../docs/configuration.md"))) {
			Matcher row = ROW.matcher(line);
			if (row.matches()) {
				documented.put(row.group(1), (row.group(2) != null) ? row.group(2) : "");
			}
		}
		assertThat(documented).isEqualTo(keys());
	}

	@Test
	void everyKeyIsDescribedAlsoThoseBelowANameThatUsersChoose() throws Exception {
		List<String> described = new ArrayList<>();
		for (JsonNode each : metadata().get("properties")) {
			String name = each.get("name").asString();
			if (name.startsWith("genserver.")) {
				assertThat(each.path("description").asString("")).as(name).endsWith(".");
				described.add(name.replaceFirst("\\*", "NAME").replace("*", "OPERATION"));
			}
		}
		assertThat(described).containsAll(namedKeys()).doesNotHaveDuplicates();
	}

	@Test
	void theMetadataHasHintsForWhatHasFewValuesAndForNames() throws Exception {
		Map<String, JsonNode> hints = new TreeMap<>();
		metadata().get("hints").forEach((each) -> hints.put(each.get("name").asString(), each));
		assertThat(values(hints, "genserver.mailbox.overflow")).isEqualTo(words(Overflow.values()));
		assertThat(values(hints, "genserver.servers.*.mailbox.overflow")).isEqualTo(words(Overflow.values()));
		for (String key : List.of("genserver.supervision.strategy", "genserver.servers.*.supervision.strategy",
				"genserver.supervision.exceptions.values", "genserver.servers.*.supervision.exceptions.values")) {
			assertThat(values(hints, key)).isEqualTo(words(SupervisionStrategy.values()));
		}
		for (String key : List.of("genserver.start-failure", "genserver.servers.*.start-failure")) {
			assertThat(values(hints, key)).isEqualTo(words(StartFailure.values()));
		}
		assertThat(hints.get("genserver.servers.keys").get("providers").get(0).get("name").asString())
			.isEqualTo("spring-bean-reference");
		assertThat(hints.get("genserver.background.services.keys")
			.get("providers")
			.get(0)
			.get("parameters")
			.get("target")
			.asString()).isEqualTo(BackgroundService.class.getName());
	}

	private static List<String> values(Map<String, JsonNode> hints, String key) {
		assertThat(hints).containsKey(key);
		List<String> values = new ArrayList<>();
		hints.get(key).get("values").forEach((each) -> {
			assertThat(each.get("description").asString()).endsWith(".");
			values.add(each.get("value").asString());
		});
		return values;
	}

	private static List<String> words(Enum<?>[] values) {
		return Arrays.stream(values).map((each) -> each.name().toLowerCase(Locale.ROOT).replace('_', '-')).toList();
	}

	private static JsonNode metadata() throws Exception {
		try (InputStream metadata = GenServerProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return JsonMapper.builder().build().readTree(metadata);
		}
	}

	private static TreeMap<String, String> keys() throws Exception {
		TreeMap<String, String> keys = new TreeMap<>();
		for (JsonNode each : metadata().get("properties")) {
			String name = each.get("name").asString();
			if (name.startsWith("genserver.") && !name.contains("*")) {
				keys.put(name, each.has("defaultValue") ? each.get("defaultValue").asString() : "");
			}
		}
		keys.remove("genserver.servers");
		keys.remove("genserver.clients");
		keys.remove("genserver.background.services");
		namedKeys().forEach((key) -> keys.put(key, ""));
		return keys;
	}

	private static List<String> namedKeys() {
		List<String> named = new ArrayList<>();
		collect("genserver.servers.NAME", GenServerProperties.Server.class, named);
		named.remove("genserver.servers.NAME.operations");
		collect("genserver.servers.NAME.operations.OPERATION", GenServerProperties.ServerOperation.class, named);
		collect("genserver.clients.NAME", GenServerClientProperties.Client.class, named);
		collect("genserver.background.services.NAME", GenServerBackgroundProperties.Service.class, named);
		return named;
	}

	private static void collect(String prefix, Class<?> type, List<String> keys) {
		for (Field field : type.getDeclaredFields()) {
			if (Modifier.isStatic(field.getModifiers())) {
				continue;
			}
			String key = prefix + "." + field.getName().replaceAll("([A-Z])", "-$1").toLowerCase();
			boolean nested = field.getType().getName().startsWith("io.genserver.autoconfigure.")
					&& !field.getType().isEnum();
			if (nested) {
				collect(key, field.getType(), keys);
			}
			else {
				keys.add(key);
			}
		}
	}

}
