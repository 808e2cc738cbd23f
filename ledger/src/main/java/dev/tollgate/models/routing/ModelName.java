package dev.tollgate.models.routing;

import java.util.function.Function;
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

    /**
     * Returns what is known of a model under one of its names: as it is written, without its maker, or without its tail, too.
     *
     * @param known returns null for a name that is not known
     */
    public static <T> @Nullable T find(String name, Function<String, @Nullable T> known) {
        T found = known.apply(name);
        if (found == null) {
            found = known.apply(withoutMaker(name));
        }
        return found == null ? known.apply(core(name)) : found;
    }

    private static String withoutMaker(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** Returns a name without its maker and without one tail. The longest tail goes, since the others are ends of it. */
    private static String core(String name) {
        return TAIL.matcher(withoutMaker(name)).replaceFirst("");
    }
}
