package io.genserver.autoconfigure.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do about a class whose stereotypes name its bean differently. The
 * exception is Spring's own, and has the names in its message only. Where component scan
 * finds such a class, {@code ScannedDeclarations} refuses it before, and names it.
 */
class InconsistentNamesFailureAnalyzer extends AbstractFailureAnalyzer<IllegalStateException> {

	private static final Pattern MESSAGE = Pattern
		.compile("Stereotype annotations suggest inconsistent component names:"
				+ " (?:\\[([^,\\]]+), ([^,\\]]+)|'([^']+)' versus '([^']+)')");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalStateException failure) {
		for (Throwable each = failure; each != null; each = each.getCause()) {
			Matcher names = MESSAGE.matcher(String.valueOf(each.getMessage()));
			if (each instanceof IllegalStateException && names.find()) {
				int first = (names.group(1) != null) ? 1 : 3;
				return analyze(names.group(first), names.group(first + 1), each);
			}
		}
		return null;
	}

	private static FailureAnalysis analyze(String one, String other, Throwable cause) {
		return new FailureAnalysis(
				"The annotations of a class give its bean two names, '" + one + "' and '" + other
						+ "'. A server is named as its bean is, which has one name.",
				"Find the class annotated with both names, keep @GenServer(\"NAME\") and remove the other stereotype,"
						+ " such as @Service: @GenServer is a @Component already.",
				cause);
	}

}
