package io.genserver.spring.aot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.classreading.CachingMetadataReaderFactory;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/**
 * Registers what this project itself needs in a native image, whatever servers there are:
 * the browser client, the optional libraries it looks for, and the fields it changes
 * through handles.
 */
final class LibraryHints implements RuntimeHintsRegistrar {

	private static final List<String> RESOURCES = List.of("io/genserver/rpc/server/genserver-client.js",
			"io/genserver/rpc/server/genserver-client.js.map", "io/genserver/rpc/server/genserver-client.d.ts");

	/** Classes by which optional libraries are found. */
	private static final List<String> OPTIONAL = List.of("reactor.core.publisher.Mono",
			"reactor.core.scheduler.Schedulers", "io.netty.util.concurrent.FastThreadLocalThread",
			"com.fasterxml.jackson.annotation.JsonSubTypes", "org.springframework.web.reactive.DispatcherHandler",
			"org.springframework.boot.web.server.reactive.ReactiveWebServerFactory",
			"io.genserver.runtime.GenServerRuntime");

	/** Where there are classes with fields that handles change. */
	private static final List<String> PACKAGES = List.of("classpath*:io/genserver/*/**/*.class",
			"classpath*:org/jctools/queues/varhandle/*.class");

	private static final String HANDLE = "java/lang/invoke/VarHandle";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		RESOURCES.forEach(hints.resources()::registerPattern);
		for (String each : OPTIONAL) {
			hints.reflection().registerTypeIfPresent(classLoader, each);
		}
		// What proxies answer by themselves.
		hints.reflection().registerType(Object.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		// The annotation is read as a proxy, since its attributes are aliases.
		hints.proxies().registerJdkProxy(GenServer.class);
		hints.reflection().registerType(GenServer.class, MemberCategory.INVOKE_DECLARED_METHODS);
		try {
			registerFields(hints, new PathMatchingResourcePatternResolver(classLoader));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The classes are read, not loaded: the libraries of some are not there. */
	private static void registerFields(RuntimeHints hints, PathMatchingResourcePatternResolver classes)
			throws IOException {
		MetadataReaderFactory reader = new CachingMetadataReaderFactory(classes);
		for (String each : PACKAGES) {
			for (Resource type : classes.getResources(each)) {
				if (type.getContentAsString(StandardCharsets.ISO_8859_1).contains(HANDLE)) {
					String name = reader.getMetadataReader(type).getClassMetadata().getClassName();
					hints.reflection().registerType(TypeReference.of(name), MemberCategory.ACCESS_DECLARED_FIELDS);
				}
			}
		}
	}

}
