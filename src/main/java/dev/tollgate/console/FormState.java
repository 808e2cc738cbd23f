package dev.tollgate.console;

import dev.tollgate.http.Form;
import dev.tollgate.pages.PageRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of a page's forms as it is filled in: what was typed comes back with an error, and after the password was asked for.
 *
 * @param deed which form of the page; empty where none was touched
 * @param error what is wrong with it; null where nothing is
 */
public record FormState(
        String deed, Map<String, String> typed, @Nullable String error) {

    static final FormState NONE = new FormState("", Map.of(), null);

    /** The fields that forms of operators have. */
    private static final List<String> FIELDS = List.of(
            "name",
            "credits",
            "reason",
            "requests",
            "tokens",
            "concurrency",
            "count",
            "expires",
            "setting",
            "value",
            "login",
            "email");

    public FormState {
        typed = Map.copyOf(typed);
    }

    static FormState wrong(Form form, String error) {
        return new FormState(text(form, "deed"), form.fields(), error);
    }

    /** As a link back to the page says it. */
    static FormState ofQuery(PageRequest<?> request) {
        String deed = request.query("deed");
        if (deed == null) {
            return NONE;
        }
        Map<String, String> typed = new HashMap<>();
        for (String field : FIELDS) {
            String value = request.query(field);
            if (value != null) {
                typed.put(field, value);
            }
        }
        return new FormState(deed, typed, null);
    }

    static String text(Form form, String field) {
        String value = form.field(field);
        return value == null ? "" : value.strip();
    }

    public String value(String form, String field) {
        return value(form, field, "");
    }

    /** What was typed there, or what stands there by itself. */
    public String value(String form, String field, String otherwise) {
        return form.equals(deed) ? typed.getOrDefault(field, otherwise) : otherwise;
    }

    public @Nullable String error(String form) {
        return form.equals(deed) ? error : null;
    }

    public boolean isTouched(String form) {
        return form.equals(deed);
    }
}
