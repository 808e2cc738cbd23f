package dev.tollgate.pages.frame;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * JavaScript modules as one classic script. A page requests one script, and its content security policy allows no import map, so imported
 * names cannot follow the hashes in asset paths. Each import and export stands at the beginning of a line; names are unique across all modules.
 */
final class Modules {

    private static final Pattern IMPORT =
            Pattern.compile("^import [^;]* from '\\./([a-z]+\\.mjs)';\\n", Pattern.MULTILINE);
    private static final Pattern EXPORT = Pattern.compile("^export ", Pattern.MULTILINE);

    private Modules() {}

    /**
     * Joins a module and all that it imports: each once, after those that it imports itself.
     *
     * @param source returns the text of a module by its name
     * @throws IllegalArgumentException if modules import each other in a circle
     */
    static String joined(String main, UnaryOperator<String> source) {
        Map<String, String> bodies = new LinkedHashMap<>();
        add(main, source, bodies, new HashSet<>());
        return "(() => {\n'use strict';\n" + String.join("", bodies.values()) + "})();\n";
    }

    private static void add(String module, UnaryOperator<String> source, Map<String, String> bodies, Set<String> open) {
        if (bodies.containsKey(module)) {
            return;
        }
        if (!open.add(module)) {
            throw new IllegalArgumentException(module + " imports itself through others");
        }
        String text = source.apply(module);
        IMPORT.matcher(text).results().forEach(found -> add(found.group(1), source, bodies, open));
        bodies.put(module, EXPORT.matcher(IMPORT.matcher(text).replaceAll("")).replaceAll(""));
    }
}
