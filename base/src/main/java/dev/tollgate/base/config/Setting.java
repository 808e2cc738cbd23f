package dev.tollgate.base.config;

import dev.tollgate.base.words.Sentence;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of settings.
 *
 * @param name dotted, as in the YAML file
 * @param variable the environment variable
 * @param kind the allowed values
 * @param defaultText the default, as an operator would write it; empty: none
 * @param secret whether its value is hidden
 * @param doc its description, one to three sentences
 * @param changeable whether the operator may change it while the program runs; never for a secret or a location
 */
public record Setting<T>(
        String name,
        String variable,
        Kind<T> kind,
        String defaultText,
        boolean secret,
        Sentence doc,
        boolean changeable) {

    static <T> Setting<T> of(String name, Kind<T> kind, String defaultText, Sentence doc) {
        return new Setting<>(name, variable(name), kind, defaultText, false, doc, false);
    }

    static Setting<Secret> secret(String name, Sentence allowed, String regex, Sentence doc) {
        return new Setting<>(name, variable(name), Kind.secret(allowed, regex), "", true, doc, false);
    }

    /** Returns this setting with an environment variable that other programs use, too. */
    Setting<T> from(String variable) {
        return new Setting<>(name, variable, kind, defaultText, secret, doc, changeable);
    }

    /** Returns this setting with its value hidden, since it may contain a password. */
    Setting<T> hidden() {
        return new Setting<>(name, variable, kind, defaultText, true, doc, changeable);
    }

    /** Returns a copy that the operator may change while the program runs. */
    Setting<T> whileRunning() {
        return new Setting<>(name, variable, kind, defaultText, secret, doc, true);
    }

    /** Returns whether the text is an allowed value. */
    public boolean allows(String text) {
        return read(text) != null;
    }

    /** Returns the command line option, like {@code --a-b}. */
    public String option() {
        return "--" + name.replace('.', '-');
    }

    /** Describes the allowed values. */
    public Sentence allowed() {
        return kind.allowed();
    }

    /** Returns all allowed values if they are a closed list; otherwise an empty list. */
    public List<String> choices() {
        return kind.choices();
    }

    /** Returns the value; null if the text is not allowed. */
    @Nullable
    T read(String text) {
        return kind.reader().apply(text);
    }

    private static String variable(String name) {
        return "TOLLGATE_" + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
