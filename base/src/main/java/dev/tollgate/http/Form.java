package dev.tollgate.http;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A form that has been read.
 *
 * @param fields in the order in which they came; no name comes twice
 */
public record Form(Map<String, String> fields) {

    public Form {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** A field's value, which may be empty; null if it did not come. */
    public @Nullable String field(String name) {
        return fields.get(name);
    }

    /** Returns a field's value, empty if it did not come. */
    public String text(String name) {
        return fields.getOrDefault(name, "");
    }

    /** Values may be secret. */
    @Override
    public String toString() {
        return "Form" + fields.keySet();
    }
}
