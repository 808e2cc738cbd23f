package dev.tollgate.books.auditlog;

import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.words.Sentence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The words of a kind of row of the audit log. Declared once, next to what writes such rows. Immutable.
 *
 * @param action in the log, like {@code account.grant}
 * @param words what was done, in the past tense
 * @param facts of its JSON; of several with one name the last counts
 */
public record DeedKind(String action, Sentence words, List<Fact> facts) {

    public DeedKind {
        Map<String, Fact> named = new LinkedHashMap<>();
        facts.forEach(fact -> named.put(fact.name(), fact));
        facts = List.copyOf(named.values());
    }

    public DeedKind(String action, Sentence words, Fact... facts) {
        this(action, words, List.of(facts));
    }

    /** Returns this kind with more facts. */
    public DeedKind with(List<Fact> more) {
        return new DeedKind(
                action, words, Stream.concat(facts.stream(), more.stream()).toList());
    }

    /** Returns the fact of a name; null if it is not known. */
    public @Nullable Fact fact(String name) {
        Fact begin = null;
        for (Fact fact : facts) {
            if (fact.name().equals(name)) {
                return fact;
            }
            if (fact.name().endsWith("*")
                    && name.startsWith(fact.name().substring(0, fact.name().length() - 1))) {
                begin = fact;
            }
        }
        return begin;
    }
}
