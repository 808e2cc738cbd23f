package dev.tollgate.protocols.door;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operator's models for names that the catalogue does not have (E47). Immutable. */
public final class ModelNames {

    /** @param parts the texts between the pattern's asterisks */
    private record Rule(List<String> parts, String model) {

        /** Looks at each character of a name about once for each part: callers write it, and it may be long. */
        boolean fits(String name) {
            String first = parts.getFirst();
            String last = parts.getLast();
            int end = name.length() - last.length();
            if (parts.size() == 1) {
                return name.equals(first);
            }
            if (!name.startsWith(first) || !name.endsWith(last)) {
                return false;
            }
            int at = first.length();
            for (String part : parts.subList(1, parts.size() - 1)) {
                int found = name.indexOf(part, at);
                if (found < 0) {
                    return false;
                }
                at = found + part.length();
            }
            return at <= end;
        }
    }

    private final List<Rule> rules;

    /** @param rules {@code PATTERN=MODEL} each, with asterisks in the pattern */
    public ModelNames(List<String> rules) {
        this.rules = rules.stream().map(ModelNames::rule).toList();
    }

    private static Rule rule(String written) {
        int equals = written.indexOf('=');
        return new Rule(List.of(written.substring(0, equals).split("\\*", -1)), written.substring(equals + 1));
    }

    /** Returns the model of the first pattern that fits; null if none does. */
    public @Nullable String model(String name) {
        for (Rule rule : rules) {
            if (rule.fits(name)) {
                return rule.model();
            }
        }
        return null;
    }
}
