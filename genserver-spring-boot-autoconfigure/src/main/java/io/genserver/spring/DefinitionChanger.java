package io.genserver.spring;

/**
 * A post-processor that changes the bean definitions of an application, and does so again
 * in an application that was processed ahead of time.
 */
public interface DefinitionChanger {

	/**
	 * Return what was done to the definitions. Only after the bean factory was
	 * post-processed.
	 * @return the changes
	 */
	DefinitionChanges changes();

}
