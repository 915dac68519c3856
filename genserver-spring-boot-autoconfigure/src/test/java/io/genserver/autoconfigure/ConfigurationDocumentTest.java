package io.genserver.autoconfigure;

import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

	private static TreeMap<String, String> keys() throws Exception {
		TreeMap<String, String> keys = new TreeMap<>();
		try (InputStream metadata = GenServerProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			for (JsonNode each : JsonMapper.builder().build().readTree(metadata).get("properties")) {
				if (each.get("name").asString().startsWith("genserver.")) {
					keys.put(each.get("name").asString(),
							each.has("defaultValue") ? each.get("defaultValue").asString() : "");
				}
			}
		}
		keys.remove("genserver.servers");
		keys.remove("genserver.clients");
		keys.remove("genserver.background.services");
		List<String> named = new ArrayList<>();
		collect("genserver.servers.NAME", GenServerProperties.Server.class, named);
		collect("genserver.clients.NAME", GenServerClientProperties.Client.class, named);
		collect("genserver.background.services.NAME", GenServerBackgroundProperties.Service.class, named);
		named.forEach((key) -> keys.put(key, ""));
		return keys;
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
