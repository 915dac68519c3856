package io.genserver.autoconfigure.server;

import java.util.stream.Stream;

import io.genserver.GenServer;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.filter.TypeFilter;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Each row is a declaration that cannot be a server, whether it is found by component
 * scan or named, and what the analysis says: the class and what to do.
 */
class BadDeclarationsTest {

	static Stream<Arguments> declarations() {
		return Stream.of(
				arguments(OnInterface.class, "is annotated @GenServer", "Annotate the class that implements it"),
				arguments(OnAbstractClass.class, "is abstract", "Annotate its subclasses"),
				arguments(OnEnum.class, "its constants are all the instances it has", "Make it a class"),
				arguments(OnInnerClass.class, "is an inner class", "Make it static"),
				arguments(ScopedProxy.class, "Server 'scoped'", "make it a keyed server"),
				arguments(PrototypeProxy.class, "Server 'prototypes'", "Remove @Scope"),
				arguments(Scoped.class, "has the scope 'session'", "make it a keyed server"),
				arguments(BadName.class, "bad name", "Name the server"));
	}

	@ParameterizedTest
	@MethodSource("declarations")
	void aBadDeclarationThatIsNamedIsAnalysed(Class<?> declaration, String problem, String action) {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(declaration));
		if (declaration != BadName.class) {
			assertThat(analysis.getDescription()).contains(declaration.getName());
		}
		assertThat(analysis.getDescription()).contains(problem);
		assertThat(analysis.getAction()).contains(action);
	}

	@ParameterizedTest
	@MethodSource("declarations")
	void aBadDeclarationThatIsScannedIsAnalysed(Class<?> declaration, String problem, String action) {
		FailureAnalysis analysis = scan(declaration);
		if (declaration != BadName.class) {
			assertThat(analysis.getDescription()).contains(declaration.getName());
		}
		assertThat(analysis.getDescription()).contains(problem);
		assertThat(analysis.getAction()).contains(action);
	}

	@Test
	void aSecondNameByAnotherStereotypeIsAnalysed() {
		FailureAnalysis analysis = scan(TwoNames.class);
		assertThat(analysis.getDescription()).contains(TwoNames.class.getName())
			.contains("@GenServer(\"one\")")
			.contains("@Service(\"two\")");
		assertThat(analysis.getAction()).contains("Remove @Service");
		analysis = Analyses.of(Analyses.runner().withUserConfiguration(NamesTwo.class));
		assertThat(analysis.getDescription()).contains("'one'").contains("'two'");
		assertThat(analysis.getAction()).startsWith("Find the class");
	}

	@Test
	void anAbstractClassMayPassItsAnnotationOn() {
		Analyses.runner(ByAbstractClass.class)
			.withInitializer(new ScannedDeclarationsInitializer())
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(Named.class));
	}

	@Test
	void aComposedAnnotationIsNoDeclaration() {
		Seen.only = Composed.class;
		Analyses.runner(Scan.class)
			.withInitializer(new ScannedDeclarationsInitializer())
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@MethodSource("earlyCallers")
	void aBeanThatCallsAServerWhileItIsMadeIsAnalysed(Class<?> caller) {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(NamedServer.class, caller));
		assertThat(analysis.getDescription()).contains("Bean 'caller' called a server and waited")
			.contains("Call of named name");
		assertThat(analysis.getAction()).contains("ApplicationReadyEvent").contains("CompletableFuture");
	}

	static Stream<Class<?>> earlyCallers() {
		return Stream.of(CallsInPostConstruct.class, CallsInConstructor.class, CallsAfterProperties.class,
				CallsInFactoryMethod.class);
	}

	private static FailureAnalysis scan(Class<?> declaration) {
		Seen.only = declaration;
		return Analyses.of(Analyses.runner(Scan.class).withInitializer(new ScannedDeclarationsInitializer()));
	}

	/** Scans as applications do. */
	@Configuration(proxyBeanMethods = false)
	@ComponentScan(basePackageClasses = BadDeclarationsTest.class, useDefaultFilters = true,
			excludeFilters = { @ComponentScan.Filter(type = FilterType.CUSTOM, classes = TypeExcludeFilter.class),
					@ComponentScan.Filter(type = FilterType.CUSTOM, classes = Seen.class) })
	static class Scan {

	}

	/** Leaves one class for the filters that come after it. */
	static class Seen implements TypeFilter {

		static Class<?> only = Object.class;

		@Override
		public boolean match(MetadataReader reader, MetadataReaderFactory factory) {
			return !reader.getClassMetadata().getClassName().equals(only.getName());
		}

	}

	interface Named {

		String name();

	}

	@GenServer("onInterface")
	interface OnInterface {

		String hello();

	}

	@GenServer("onAbstractClass")
	abstract static class OnAbstractClass implements Named {

	}

	@GenServer("onEnum")
	enum OnEnum {

		ONE

	}

	@GenServer("onInnerClass")
	class OnInnerClass {

	}

	@GenServer("scoped")
	@Scope(scopeName = "session", proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class ScopedProxy {

	}

	@GenServer("prototypes")
	@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
	static class PrototypeProxy implements Named {

		@Override
		public String name() {
			return "name";
		}

	}

	@GenServer("plainScope")
	@Scope("session")
	static class Scoped {

	}

	@GenServer("bad name")
	static class BadName {

	}

	@GenServer("one")
	@Service("two")
	static class TwoNames {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(TwoNames.class)
	static class NamesTwo {

	}

	@GenServer
	@interface Composed {

	}

	@GenServer("passedOn")
	abstract static class PassesOn implements Named {

		@Override
		public String name() {
			return "name";
		}

	}

	@Component("takesOver")
	static class TakesOver extends PassesOn {

	}

	@Configuration(proxyBeanMethods = false)
	@ComponentScan(basePackageClasses = BadDeclarationsTest.class, useDefaultFilters = true,
			excludeFilters = { @ComponentScan.Filter(type = FilterType.CUSTOM, classes = TypeExcludeFilter.class),
					@ComponentScan.Filter(type = FilterType.CUSTOM, classes = Both.class) })
	static class ByAbstractClass {

	}

	static class Both implements TypeFilter {

		@Override
		public boolean match(MetadataReader reader, MetadataReaderFactory factory) {
			String name = reader.getClassMetadata().getClassName();
			return !name.equals(PassesOn.class.getName()) && !name.equals(TakesOver.class.getName());
		}

	}

	@GenServer("named")
	static class NamedServer implements Named {

		@Override
		public String name() {
			return "name";
		}

	}

	@Component("caller")
	static class CallsInPostConstruct {

		private final Named named;

		CallsInPostConstruct(Named named) {
			this.named = named;
		}

		@PostConstruct
		void init() {
			this.named.name();
		}

	}

	@Component("caller")
	static class CallsInConstructor {

		CallsInConstructor(Named named) {
			named.name();
		}

	}

	@Component("caller")
	record CallsAfterProperties(Named named) implements InitializingBean {

		@Override
		public void afterPropertiesSet() {
			this.named.name();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CallsInFactoryMethod {

		@org.springframework.context.annotation.Bean
		String caller(Named named) {
			return named.name();
		}

	}

}
