package io.genserver.packaged;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In a fat jar the classes of an application are not those of the system class loader,
 * which class paths in directories do not show. Wherever the engine runs code of an
 * application, the context class loader finds the application's services, classes and
 * resources.
 */
class ClassLoaderIT {

	private static final List<String> PLACES = List.of("main", "constructor", "@PostConstruct", "handler",
			"continuation", "user's executor", "dependent", "concurrent handler", "handler's Mono", "Mono", "client",
			"client's Mono", "@Every", "background service", "@PreDestroy");

	@Test
	void S01_codeOfAPackagedApplicationFindsItsServicesClassesAndResourcesEverywhere(@TempDir Path folder)
			throws Exception {
		PackagedJar jar = PackagedJar.ofThisBuild()
			.with(folder.resolve("probe.jar"),
					List.of(ProbeConfiguration.class, Look.class, Extension.class, FirstExtension.class),
					"META-INF/services/io.genserver.packaged.Extension", FirstExtension.class.getName() + "\n",
					"META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports",
					ProbeConfiguration.class.getName() + "\n");
		List<String> lines = jar.run(folder.resolve("output"), "--logging.level.root=WARN",
				"--genserver.rpc.exposed=probe");
		List<String> seen = lines.stream()
			.filter((line) -> line.startsWith(Look.SEEN))
			.map((line) -> line.substring(Look.SEEN.length()))
			.distinct()
			.toList();
		assertThat(seen).as(() -> String.join("\n", lines))
			.containsExactlyInAnyOrderElementsOf(
					PLACES.stream().map((place) -> Look.everything(place).toString()).toList());
	}

}
