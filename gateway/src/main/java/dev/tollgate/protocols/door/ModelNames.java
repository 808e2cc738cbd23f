package dev.tollgate.protocols.door;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The operator's models for names that the catalogue does not have (E47). Immutable. */
public final class ModelNames {

    private record Rule(Pattern name, String model) {}

    private final List<Rule> rules;

    /** @param rules {@code PATTERN=MODEL} each, with asterisks in the pattern */
    public ModelNames(List<String> rules) {
        this.rules = rules.stream().map(ModelNames::rule).toList();
    }

    private static Rule rule(String written) {
        int equals = written.indexOf('=');
        String pattern = Stream.of(written.substring(0, equals).split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
        return new Rule(Pattern.compile(pattern, Pattern.DOTALL), written.substring(equals + 1));
    }

    /** Returns the model of the first pattern that fits; null if none does. */
    public @Nullable String model(String name) {
        for (Rule rule : rules) {
            if (rule.name().matcher(name).matches()) {
                return rule.model();
            }
        }
        return null;
    }
}
