package dev.tollgate.models.routing;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.UpstreamModel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names that upstreams give to one model: with the maker before it, and a version or a date behind it (C12). */
public final class ModelName {

    private static final Pattern TAIL =
            Pattern.compile("-(latest|\\d{3}|\\d{2}-\\d{4}|preview-\\d{2}-\\d{2}|preview-\\d{2}-\\d{4})$");

    private ModelName() {}

    /** Returns whether two names are one model's. */
    public static boolean isSame(String one, String other) {
        return one.equals(other) || core(one).equals(core(other));
    }

    private static String withoutMaker(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** Returns a name without its maker and without one tail. The longest tail goes, since the others are ends of it. */
    private static String core(String name) {
        String model = withoutMaker(name);
        char end = model.isEmpty() ? ' ' : model.charAt(model.length() - 1);
        boolean mayHaveTail = end == 't' || end >= '0' && end <= '9'; // most names need no matcher
        return mayHaveTail ? TAIL.matcher(model).replaceFirst("") : model;
    }

    /** The rows of a catalogue, found by any name of their model. Immutable. */
    public static final class Rows {

        private final Catalogue catalogue;
        private final Map<String, String> byCore = new HashMap<>();

        public Rows(Catalogue catalogue) {
            this.catalogue = catalogue;
            Set<String> ambiguous = new HashSet<>();
            for (String name : catalogue.upstreamNames()) {
                if (byCore.put(core(name), name) != null) {
                    ambiguous.add(core(name));
                }
            }
            byCore.keySet().removeAll(ambiguous); // two versions of a model: its bare name means neither
        }

        /** Returns the row of a model: under its name as it is, without its maker, without its tail, too, or under another of its names; null without one. */
        public @Nullable UpstreamModel find(String name) {
            UpstreamModel found = catalogue.upstream(name);
            if (found == null) {
                found = catalogue.upstream(withoutMaker(name));
            }
            if (found != null) {
                return found;
            }
            String core = core(name);
            found = catalogue.upstream(core);
            String other = found == null ? byCore.get(core) : null;
            return other == null ? found : catalogue.upstream(other);
        }
    }
}
