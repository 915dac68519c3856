package io.genserver.spring;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.core.ResolvableType;

/**
 * A bean definition that became a server.
 *
 * @param name name of the bean and of the server
 * @param type type of the instances as far as it is declared
 * @param contracts the contracts, subtypes before their supertypes
 * @param annotation the annotation of the class or factory method
 */
public record ServerBean(String name, ResolvableType type, List<Class<?>> contracts, GenServer annotation) {

	/** Attribute of the bean definition of a server's proxy. */
	private static final String ATTRIBUTE = ServerBean.class.getName();

	/** Prefix of the names of the definitions that instances are made from. */
	static final String INSTANCE_PREFIX = "genserver.instance.";

	public ServerBean {
		contracts = List.copyOf(contracts);
	}

	/**
	 * Return the server of a proxy's definition.
	 * @param definition the definition
	 * @return the server, or {@code null} if the bean is no server
	 */
	public static @Nullable ServerBean of(BeanDefinition definition) {
		return (ServerBean) definition.getAttribute(ATTRIBUTE);
	}

	void mark(BeanDefinition definition) {
		definition.setAttribute(ATTRIBUTE, this);
	}

	/**
	 * Return the class of the instances.
	 * @return the class, or an interface if nothing else is declared
	 */
	public Class<?> serverClass() {
		return this.type.toClass();
	}

	/**
	 * Return the name of the definition that instances are made from.
	 * @return the name of a bean that only the runtime may have
	 */
	public String instanceName() {
		return INSTANCE_PREFIX + this.name;
	}

	/** The name of the bean that is the ref by one of the faces. */
	String refName(Class<?> face) {
		return "genserver.ref." + this.name + "#" + face.getName();
	}

	/**
	 * Return the contracts that no other contract extends.
	 * @return the interfaces of the server's proxy
	 */
	public List<Class<?>> leafContracts() {
		return this.contracts.stream()
			.filter((each) -> this.contracts.stream()
				.noneMatch((other) -> other != each && each.isAssignableFrom(other)))
			.toList();
	}

	/** The class and the contracts: what a sender may know the server as. */
	Set<Class<?>> faces() {
		Set<Class<?>> faces = new LinkedHashSet<>();
		faces.add(serverClass());
		faces.addAll(this.contracts);
		return faces;
	}

	/** A face with its type arguments. */
	ResolvableType face(Class<?> face) {
		return (face == serverClass()) ? this.type : this.type.as(face);
	}

	/**
	 * Return what an application may have injected, for messages.
	 * @return types as they are written in source code
	 */
	public String injectable() {
		String kind = this.annotation.keyed() ? "Keyed" : "GenServerRef";
		String wrapped = kind + "<" + serverClass().getSimpleName() + ">";
		if (this.contracts.isEmpty()) {
			return wrapped;
		}
		return injectableContract() + " (a contract), or " + wrapped;
	}

	/** The contracts as they are injected, or {@code null} if there is none. */
	@Nullable String injectableContract() {
		if (this.contracts.isEmpty()) {
			return null;
		}
		return leafContracts().stream()
			.map(Class::getSimpleName)
			.map((contract) -> this.annotation.keyed() ? "Keyed<" + contract + ">" : contract)
			.collect(Collectors.joining(" or "));
	}

}
