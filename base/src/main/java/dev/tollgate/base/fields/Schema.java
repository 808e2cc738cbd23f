package dev.tollgate.base.fields;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The values of a field as JSON Schema describes them, for the description of the API. A reader may refuse values that no keyword rules out.
 * Immutable.
 *
 * @param isRequired whether a body without the field is refused
 * @param types the JSON types of its values; empty for any
 * @param keywords the other keywords, such as {@code maximum}; values are numbers, texts, lists, schemas and, for {@code items}, fields
 * @param form how programs write a value if types and keywords do not say it, without a period at its end; empty if they do
 */
public record Schema(boolean isRequired, List<String> types, Map<String, Object> keywords, String form) {

    static final Schema ANY = of();

    public Schema {
        types = List.copyOf(types);
        keywords = Collections.unmodifiableMap(new LinkedHashMap<>(keywords));
    }

    /** Returns the schema of values of some types, which a body needs. */
    public static Schema of(String... types) {
        return new Schema(true, List.of(types), Map.of(), "");
    }

    /** Returns the schema of amounts of credits. */
    public static Schema amounts() {
        return of("number").written("At most " + Values.DECIMALS + " decimals");
    }

    /** Returns this schema with a keyword. */
    public Schema with(String keyword, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(keywords);
        more.put(keyword, value);
        return new Schema(isRequired, types, more, form);
    }

    /** Returns this schema with numbers from one to another, both included. */
    public Schema range(long least, long most) {
        Schema from = with("minimum", least);
        return most == Long.MAX_VALUE ? from : from.with("maximum", most);
    }

    public Schema written(String how) {
        return new Schema(isRequired, types, keywords, how);
    }

    Schema required(boolean isNeeded) {
        return new Schema(isNeeded, types, keywords, form);
    }

    Schema orNull() {
        boolean isAny = types.isEmpty() || types.contains("null");
        List<String> others =
                isAny ? types : Stream.concat(types.stream(), Stream.of("null")).toList();
        return new Schema(false, others, keywords, form);
    }
}
