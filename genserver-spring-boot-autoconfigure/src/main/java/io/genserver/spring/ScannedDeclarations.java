package io.genserver.spring;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Lookup;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.stereotype.Component;

/**
 * Sees the classes that component scan sees, and excludes none. Scanning passes over
 * interfaces, abstract and inner classes in silence: one that is annotated
 * {@link GenServer} is noted here, and refused once all definitions are known. A class to
 * which another stereotype gives a second name is refused at once.
 */
public final class ScannedDeclarations extends TypeExcludeFilter {

	/** Where it is found: before there are bean definitions. */
	public static final String BEAN_NAME = "io.genserver.internalScannedDeclarations";

	private static final String SERVER = GenServer.class.getName();

	private final Set<String> interfaces = Collections.synchronizedSet(new TreeSet<>());

	private final Set<String> abstractClasses = Collections.synchronizedSet(new TreeSet<>());

	private final Set<String> innerClasses = Collections.synchronizedSet(new TreeSet<>());

	@Override
	public boolean match(MetadataReader metadataReader, MetadataReaderFactory metadataReaderFactory) {
		AnnotationMetadata metadata = metadataReader.getAnnotationMetadata();
		if (metadata.isAnnotated(SERVER) && !metadata.isAnnotation()) {
			look(metadata);
		}
		return false;
	}

	private void look(AnnotationMetadata metadata) {
		if (metadata.isInterface()) {
			this.interfaces.add(metadata.getClassName());
		}
		else if (!metadata.isIndependent() && metadata.getEnclosingClassName() != null) {
			this.innerClasses.add(metadata.getClassName());
		}
		else if (metadata.isAbstract() && !metadata.hasAnnotatedMethods(Lookup.class.getName())) {
			this.abstractClasses.add(metadata.getClassName());
		}
		else {
			checkNames(metadata);
		}
	}

	/**
	 * All stereotypes of a class name one bean; Spring refuses others without naming it.
	 */
	private static void checkNames(AnnotationMetadata metadata) {
		String name = name(metadata.getAnnotationAttributes(SERVER));
		for (String type : metadata.getAnnotationTypes()) {
			boolean stereotype = type.equals(Component.class.getName())
					|| metadata.getMetaAnnotationTypes(type).contains(Component.class.getName());
			String other = stereotype ? name(metadata.getAnnotationAttributes(type)) : "";
			if (!name.isEmpty() && !other.isEmpty() && !other.equals(name)) {
				String annotation = "@" + type.substring(type.lastIndexOf('.') + 1);
				throw new InvalidServerException(
						"Class " + metadata.getClassName() + " is annotated @GenServer(\"" + name + "\") and "
								+ annotation + "(\"" + other
								+ "\"), but a server is named as its bean is, which has one name.",
						"Remove " + annotation + ", and give @GenServer the name that is to stay: it is a @Component"
								+ " already.");
			}
		}
	}

	private static String name(@Nullable Map<String, @Nullable Object> attributes) {
		return (attributes != null && attributes.get("value") instanceof String name) ? name : "";
	}

	/**
	 * Refuse what was noted. An abstract class whose subclass is a server has passed its
	 * annotation on.
	 * @param servers the classes of all servers
	 * @throws InvalidServerException naming a class and what to do
	 */
	void check(Collection<Class<?>> servers) {
		for (String each : this.interfaces) {
			throw ServerDeclarations.isInterface(each);
		}
		for (String each : this.innerClasses) {
			throw ServerDeclarations.isInner(each);
		}
		for (String each : this.abstractClasses) {
			if (servers.stream().noneMatch((server) -> extendsClass(server, each))) {
				throw ServerDeclarations.isAbstract(each);
			}
		}
	}

	private static boolean extendsClass(Class<?> type, String name) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			if (each.getName().equals(name)) {
				return true;
			}
		}
		return false;
	}

	/** All are alike, so that contexts of tests can be shared. */
	@Override
	public boolean equals(@Nullable Object other) {
		return other != null && other.getClass() == getClass();
	}

	@Override
	public int hashCode() {
		return Objects.hash(getClass());
	}

}
