package dev.tollgate.testing;

import static java.util.stream.Collectors.toCollection;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds knots: source files of one package that all reach each other, so that none of them can be understood without the others. */
public final class Knots {

    /** @param files the full names of their top-level classes */
    public record Knot(String packageName, SortedSet<String> files) {}

    private final Map<String, SortedSet<String>> edges = new TreeMap<>();
    private final Map<String, Integer> index = new HashMap<>();
    private final Map<String, Integer> low = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final List<Knot> found = new ArrayList<>();

    private Knots(JavaClasses classes) {
        for (JavaClass from : classes) {
            SortedSet<String> reached = edges.computeIfAbsent(file(from), fresh -> new TreeSet<>());
            from.getDirectDependenciesFromSelf().stream()
                    .map(it -> it.getTargetClass().getBaseComponentType())
                    .filter(it -> it.getPackageName().equals(from.getPackageName()))
                    .map(Knots::file)
                    .filter(it -> !it.equals(file(from)))
                    .collect(toCollection(() -> reached));
        }
    }

    /** Returns all knots of at least two files. */
    public static List<Knot> of(JavaClasses classes) {
        Knots knots = new Knots(classes);
        List.copyOf(knots.edges.keySet()).forEach(knots::visit);
        return knots.found;
    }

    private static String file(JavaClass it) {
        String name = it.getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    /** Tarjan's algorithm. */
    private void visit(String file) {
        if (index.containsKey(file)) {
            return;
        }
        index.put(file, index.size());
        low.put(file, index.get(file));
        open.push(file);
        for (String next : edges.getOrDefault(file, Collections.emptySortedSet())) {
            visit(next);
            if (open.contains(next)) {
                low.merge(file, low.get(next), Math::min);
            }
        }
        if (low.get(file).equals(index.get(file))) {
            SortedSet<String> knot = new TreeSet<>();
            do {
                knot.add(open.peek());
            } while (!open.pop().equals(file));
            if (knot.size() > 1) {
                found.add(new Knot(file.substring(0, file.lastIndexOf('.')), knot));
            }
        }
    }
}
