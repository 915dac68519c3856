package io.genserver.spring;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.genserver.runtime.contract.InvalidOperationException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * Checks expressions of {@link io.genserver.Keyed.By} before there is any event: that
 * they can be read, and name no variable that there will not be.
 */
final class KeyExpressions {

	private KeyExpressions() {
	}

	/**
	 * Check.
	 * @param method the method that listens
	 * @param expression gives the keys
	 * @throws InvalidOperationException if it is certainly wrong
	 */
	static void check(Method method, String expression) {
		String what = "is annotated @Keyed.By(\"" + expression + "\"), ";
		try {
			SpelExpression parsed = (SpelExpression) new SpelExpressionParser().parseExpression(expression);
			Set<String> known = variables(method);
			for (String each : used(parsed.getAST(), new TreeSet<>())) {
				if (!known.contains(each)) {
					throw new InvalidOperationException(method,
							what + "but there is no variable #" + each + "; there are #" + String.join(", #", known),
							"Use the name of the method's parameter, or #a0 for it");
				}
			}
		}
		catch (ParseException | IllegalStateException | IllegalArgumentException ex) {
			if (ex instanceof InvalidOperationException known) {
				throw known;
			}
			throw new InvalidOperationException(method,
					what + "which is no expression of the Spring Expression Language: " + ex.getMessage(),
					"Correct the expression");
		}
	}

	private static Set<String> used(SpelNode node, Set<String> names) {
		if (node instanceof VariableReference) {
			names.add(node.toStringAST().substring(1));
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			used(node.getChild(i), names);
		}
		return names;
	}

	private static Set<String> variables(Method method) {
		Set<String> names = new TreeSet<>(List.of("root", "this"));
		for (int i = 0; i < method.getParameterCount(); i++) {
			names.add("a" + i);
			names.add("p" + i);
		}
		@Nullable String @Nullable [] parameters = new DefaultParameterNameDiscoverer().getParameterNames(method);
		for (int i = 0; parameters != null && i < parameters.length; i++) {
			if (parameters[i] != null) {
				names.add(parameters[i]);
			}
		}
		return names;
	}

}
