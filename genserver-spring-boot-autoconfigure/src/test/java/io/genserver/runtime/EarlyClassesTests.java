package io.genserver.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.genserver.CallFunction;
import io.genserver.CastAction;
import io.genserver.runtime.cell.CellProbe;
import io.genserver.runtime.contract.Invoker;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.mailbox.MailboxEntry;
import io.genserver.runtime.message.Wait;
import io.genserver.runtime.message.WaitingFuture;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EarlyClassesTests {

	/** What turns call the methods of, though they may not know the class. */
	private static final Set<Class<?>> CALLED = Set.of(Operation.class, Wait.class, Waiter.class, Mailbox.class,
			MailboxEntry.class, WaitingFuture.class, CellProbe.class, Scheduler.Expiring.class, Scheduler.Crowded.class,
			Invoker.class);

	@Test
	void S18_noClassThatTurnsCallIsLoadedWhileHandlersWait() throws Exception {
		Recording classes = new Recording();

		Class.forName(GenServerRuntime.class.getName(), true, classes);

		assertThat(classes.found).containsAll(overriding());
	}

	/** Whatever else has one implementation only, an application's class is not it. */
	@Test
	void S18_theFirstFunctionIsOneOfSeveral() throws Exception {
		Recording classes = new Recording();

		Class.forName(GenServerRuntime.class.getName(), true, classes);

		for (Class<?> each : Set.of(Invoker.class, CallFunction.class, CastAction.class, LambdaOperation.Task.class)) {
			Class<?> type = classes.loadClass(each.getName());
			assertThat(classes.loaded().stream().filter((one) -> one != type && type.isAssignableFrom(one)))
				.as(each.getName())
				.hasSizeGreaterThanOrEqualTo(2);
		}
	}

	private static Set<String> overriding() {
		Set<String> names = new TreeSet<>();
		for (JavaClass each : new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.importPackages("io.genserver.runtime")) {
			if (!each.isInterface() && !each.getModifiers().contains(JavaModifier.ABSTRACT)
					&& CALLED.stream().anyMatch(each::isAssignableTo)) {
				names.add(each.getName());
			}
		}
		assertThat(names).hasSizeGreaterThan(15);
		return names;
	}

	/** Loads the engine once more, and notes its classes. */
	private static final class Recording extends ClassLoader {

		private final Set<String> found = ConcurrentHashMap.newKeySet();

		Recording() {
			super(EarlyClassesTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith("io.genserver.")) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> known = findLoadedClass(name);
				if (known == null) {
					known = findClass(name);
					this.found.add(name);
				}
				return known;
			}
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = Objects.requireNonNull(file, name).readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

		private Set<Class<?>> loaded() throws ClassNotFoundException {
			Set<Class<?>> classes = ConcurrentHashMap.newKeySet();
			for (String name : this.found) {
				classes.add(loadClass(name));
			}
			return classes;
		}

	}

}
