package io.genserver.jmh;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The class paths of applications. The one the benchmarks run with has everything that
 * the project's tests use, and Boot configures what it finds: an application measured
 * with that would pay for security and meters it does not have.
 */
final class ClassPath {

	/** What {@code spring-boot-starter-webflux} brings. */
	private static final Pattern WEBFLUX = Pattern.compile(
			"spring-boot-(\\d|(autoconfigure|http-codec|jackson|netty|reactor|reactor-netty|web-server|webflux)-\\d"
					+ "|starter-(\\d|(jackson|logging|reactor-netty|webflux)-\\d)).*"
					+ "|spring-(aop|beans|context|core|expression|web|webflux)-\\d.*"
					+ "|jackson-(annotations|core|databind)-\\d.*|jakarta\\.annotation-api-.*|logback-.*|log4j-.*"
					+ "|slf4j-api-.*|jul-to-slf4j-.*|commons-logging-.*|jspecify-.*|micrometer-(commons|observation)-\\d.*"
					+ "|netty-.*|reactor-(core|netty).*|reactive-streams-.*|snakeyaml-.*");

	/** What our starter adds to that. */
	private static final Pattern STARTER = Pattern.compile("jctools-core-.*|hash4j-.*");

	private ClassPath() {
	}

	/** That of a reactive web application, and the classes of the benchmarks. */
	static String withoutStarter() {
		return select((path) -> isOf(WEBFLUX, path) || path.endsWith("test-classes"));
	}

	/** The same with our starter. */
	static String withStarter() {
		return select((path) -> isOf(WEBFLUX, path) || isOf(STARTER, path) || path.endsWith("test-classes")
				|| path.endsWith("classes"));
	}

	/** Everything. */
	static String whole() {
		return System.getProperty("java.class.path");
	}

	private static boolean isOf(Pattern names, Path path) {
		return names.matcher(String.valueOf(path.getFileName())).matches();
	}

	private static String select(Predicate<Path> wanted) {
		return Arrays.stream(whole().split(File.pathSeparator))
			.filter((path) -> wanted.test(Path.of(path)))
			.collect(Collectors.joining(File.pathSeparator));
	}

}
