package dev.tollgate.base.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of settings.
 *
 * @param name dotted, as in the YAML file
 * @param variable the environment's name for it
 * @param kind what it may be
 * @param defaultText as somebody would write it; empty: none
 * @param secret whether its value may be shown
 * @param doc what it does, in a sentence or two
 * @param changeable whether the operator may change it while the program runs; never a secret, nor where something lies
 */
public record Setting<T>(
        String name,
        String variable,
        Kind<T> kind,
        String defaultText,
        boolean secret,
        String doc,
        boolean changeable) {

    static <T> Setting<T> of(String name, Kind<T> kind, String defaultText, String doc) {
        return new Setting<>(name, variable(name), kind, defaultText, false, doc, false);
    }

    static Setting<Secret> secret(String name, String allowed, String regex, String doc) {
        return new Setting<>(name, variable(name), Kind.secret(allowed, regex), "", true, doc, false);
    }

    /** The same under a variable's name that others have made known. */
    Setting<T> from(String variable) {
        return new Setting<>(name, variable, kind, defaultText, secret, doc, changeable);
    }

    /** The same with a value that may hold a password. */
    Setting<T> hidden() {
        return new Setting<>(name, variable, kind, defaultText, true, doc, changeable);
    }

    /** The same, and the operator may change it while the program runs. */
    Setting<T> whileRunning() {
        return new Setting<>(name, variable, kind, defaultText, secret, doc, true);
    }

    /** Whether the text is a value of it. */
    public boolean allows(String text) {
        return read(text) != null;
    }

    /** {@code --a-b}. */
    public String option() {
        return "--" + name.replace('.', '-');
    }

    /** What a value may be. */
    public String allowed() {
        return kind.allowed();
    }

    /** Returns all values that it may have if the list of them is closed; else an empty list. */
    public List<String> choices() {
        return kind.choices();
    }

    /** Null where the text is not allowed. */
    @Nullable
    T read(String text) {
        return kind.reader().apply(text);
    }

    private static String variable(String name) {
        return "TOLLGATE_" + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
