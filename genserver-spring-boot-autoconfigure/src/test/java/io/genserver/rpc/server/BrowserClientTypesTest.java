package io.genserver.rpc.server;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The types of the client for browsers fit a program that uses all of them, and refuse
 * what it marks as a mistake.
 */
class BrowserClientTypesTest {

	@Test
	void aProgramThatUsesAllOfTheClientCompiles(@TempDir Path folder) throws Exception {
		for (String name : new String[] { "genserver-client.d.ts", "genserver-client-usage.ts" }) {
			try (InputStream in = Objects.requireNonNull(BrowserClient.class.getResourceAsStream(name))) {
				Files.write(folder.resolve(name), in.readAllBytes());
			}
		}
		TypeScriptCompiler.compile(folder);
	}

}
