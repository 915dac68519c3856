package io.genserver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;

/**
 * One package as a graph: its top-level classes, and which of them names which other. A
 * nested class counts as a part of the class it is nested in.
 */
final class PackageGraph {

	private final Map<String, SortedSet<String>> uses = new TreeMap<>();

	private final SortedSet<String> packagesOutside = new TreeSet<>();

	private PackageGraph() {
	}

	/**
	 * Reads the graph of each package that holds a class.
	 * @param classes the compiled classes
	 * @return the graphs by the names of their packages
	 */
	static Map<String, PackageGraph> of(JavaClasses classes) {
		Map<String, PackageGraph> graphs = new TreeMap<>();
		for (JavaClass each : classes) {
			if (!each.getSimpleName().equals("package-info")) {
				graphs.computeIfAbsent(each.getPackageName(), (name) -> new PackageGraph()).add(each);
			}
		}
		return graphs;
	}

	/**
	 * A graph for trying the search for circles.
	 * @param uses what each class names
	 * @return the graph
	 */
	static PackageGraph of(Map<String, Set<String>> uses) {
		PackageGraph graph = new PackageGraph();
		uses.forEach((type, named) -> graph.uses.put(type, new TreeSet<>(named)));
		return graph;
	}

	private void add(JavaClass type) {
		SortedSet<String> named = this.uses.computeIfAbsent(topLevel(type), (name) -> new TreeSet<>());
		targets(type).forEach((target) -> {
			if (target.getPackageName().equals(type.getPackageName())) {
				named.add(topLevel(target));
			}
			else {
				this.packagesOutside.add(target.getPackageName());
			}
		});
	}

	private static Stream<JavaClass> targets(JavaClass type) {
		return type.getDirectDependenciesFromSelf()
			.stream()
			.map(Dependency::getTargetClass)
			.map(JavaClass::getBaseComponentType)
			.filter((target) -> !target.isPrimitive());
	}

	private static String topLevel(JavaClass type) {
		JavaClass outer = type;
		while (outer.getEnclosingClass().isPresent()) {
			outer = outer.getEnclosingClass().get();
		}
		return outer.getSimpleName();
	}

	int size() {
		return this.uses.size();
	}

	SortedSet<String> packagesOutside() {
		return this.packagesOutside;
	}

	/**
	 * Sets of classes each of which names, directly or through others of this package,
	 * every other: the strongly connected components of two classes and more.
	 * @return the circles, the largest first
	 */
	List<SortedSet<String>> circles() {
		Map<String, Set<String>> reached = new TreeMap<>();
		this.uses.keySet().forEach((type) -> reached.put(type, reachedFrom(type)));
		List<SortedSet<String>> circles = new ArrayList<>();
		Set<String> seen = new HashSet<>();
		for (String type : this.uses.keySet()) {
			SortedSet<String> circle = new TreeSet<>(Set.of(type));
			reached.get(type)
				.stream()
				.filter((other) -> reached.getOrDefault(other, Set.of()).contains(type))
				.forEach(circle::add);
			if (seen.addAll(circle) && circle.size() > 1) {
				circles.add(circle);
			}
		}
		circles.sort(Comparator.comparing((SortedSet<String> circle) -> circle.size()).reversed());
		return circles;
	}

	private Set<String> reachedFrom(String type) {
		Set<String> reached = new HashSet<>();
		Deque<String> open = new ArrayDeque<>(this.uses.get(type));
		while (!open.isEmpty()) {
			String next = open.pop();
			if (reached.add(next)) {
				open.addAll(this.uses.getOrDefault(next, new TreeSet<>()));
			}
		}
		return reached;
	}

}
