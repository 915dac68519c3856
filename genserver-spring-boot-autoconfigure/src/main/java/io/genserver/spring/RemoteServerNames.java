package io.genserver.spring;

import java.util.List;

/**
 * Tells which servers configuration may speak of although they are no servers of this
 * application.
 */
public interface RemoteServerNames {

	/**
	 * Return their names.
	 * @return the names
	 */
	List<String> names();

}
