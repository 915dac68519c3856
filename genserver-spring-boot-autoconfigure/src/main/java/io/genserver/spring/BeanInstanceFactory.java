package io.genserver.spring;

import io.genserver.runtime.InstanceFactory;

/**
 * Makes the instances of a server as beans: with their dependencies injected,
 * initialized, and destroyed as their definition says.
 *
 * @param server the server
 * @param instances where beans are made
 */
record BeanInstanceFactory(ServerBean server, HiddenInstances instances) implements InstanceFactory {

	@Override
	public Object create() {
		return this.instances.make(this.server);
	}

	@Override
	public void destroy(Object instance) {
		this.instances.destroy(this.server, instance);
	}

}
