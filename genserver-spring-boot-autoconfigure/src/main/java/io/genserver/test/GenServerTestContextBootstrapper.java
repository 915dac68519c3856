package io.genserver.test;

import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/**
 * Bootstraps the context of a {@link GenServerTest}.
 */
final class GenServerTestContextBootstrapper extends TestSliceTestContextBootstrapper<GenServerTest> {

	@Override
	protected String[] getProperties(Class<?> testClass) {
		List<String> properties = new ArrayList<>();
		properties.add("genserver.unknown-servers=warn");
		String[] own = super.getProperties(testClass);
		if (own != null) {
			properties.addAll(List.of(own));
		}
		return properties.toArray(String[]::new);
	}

}
