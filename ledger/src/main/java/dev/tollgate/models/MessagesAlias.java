package dev.tollgate.models;

import java.util.function.Predicate;

/**
 * The names of models for Claude Code: its list of models shows only ids that begin with {@code anthropic}, and takes a window for 200,000 tokens
 * unless the id says {@code [1m]} (E17). They name models at the Messages door only; books have the catalogue's id.
 */
public final class MessagesAlias {

    private static final String PREFIX = "anthropic/";
    private static final String MILLION = "[1m]";
    private static final long MILLION_TOKENS = 1_000_000;

    private MessagesAlias() {}

    /** Returns whether a model has an alias: agents need functions. */
    public static boolean isFor(Model model) {
        return model.tools().functions();
    }

    /** Returns the name of a model. @param inputTokensMax its window, in tokens */
    public static String of(Model model, long inputTokensMax) {
        return PREFIX + model.id() + (inputTokensMax >= MILLION_TOKENS ? MILLION : "");
    }

    /**
     * Returns the id or alias that the catalogue has for a requested name; the name itself if it has none.
     *
     * @param isKnown whether the catalogue has a name
     */
    public static String idOf(String requested, Predicate<String> isKnown) {
        if (isKnown.test(requested) || !requested.startsWith(PREFIX)) {
            return requested;
        }
        String name = requested.substring(PREFIX.length());
        String id = name.endsWith(MILLION) ? name.substring(0, name.length() - MILLION.length()) : name;
        return isKnown.test(id) ? id : requested;
    }
}
