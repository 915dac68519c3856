package io.genserver.autoconfigure.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Says which two classes found by component scanning claim the name of a server. What the
 * scanner throws is not public, and tells the names in its message only.
 */
class ConflictingServersFailureAnalyzer extends AbstractFailureAnalyzer<IllegalStateException> {

	private static final String CONFLICT = "org.springframework.context.annotation.ConflictingBeanDefinitionException";

	private static final Pattern NAME = Pattern.compile("bean name '([^']+)'");

	private static final Pattern CLASS = Pattern.compile("class \\[([^]]+)]");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalStateException first) {
		Throwable cause = first;
		while (cause != null && !cause.getClass().getName().equals(CONFLICT)) {
			cause = cause.getCause();
		}
		if (cause == null || cause.getMessage() == null) {
			return null;
		}
		List<String> classes = new ArrayList<>();
		Matcher found = CLASS.matcher(cause.getMessage());
		while (found.find()) {
			classes.add(found.group(1));
		}
		Matcher name = NAME.matcher(cause.getMessage());
		if (!name.find() || classes.size() < 2 || classes.stream().noneMatch(this::isServer)) {
			return null;
		}
		return new FailureAnalysis(
				"Two beans claim the name '" + name.group(1) + "', which is that of a server: class " + classes.get(0)
						+ " and class " + classes.get(1) + ".",
				"Rename one of them: a server is named by its bean, @GenServer(\"NAME\") on its class.", cause);
	}

	private boolean isServer(String className) {
		try {
			return MergedAnnotations.from(ClassUtils.forName(className, null), SearchStrategy.SUPERCLASS)
				.isPresent(GenServer.class);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

}
