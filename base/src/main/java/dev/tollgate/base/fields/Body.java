package dev.tollgate.base.fields;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The small object of a request, whose members are all known fields. Immutable. */
public final class Body {

    /** The body of a request that has none. */
    public static final Body NONE = new Body("", JsonNodeFactory.instance.objectNode());

    private static final int NESTING_MAX = 8;
    private static final ReadLimits LIMITS = new ReadLimits(NESTING_MAX, 1, 1, 1, 0);
    private static final int BYTES_MAX = 64 * 1024;

    private final String path;
    private final ObjectNode object;

    private Body(String path, ObjectNode object) {
        this.path = path;
        this.object = object;
    }

    /**
     * Reads a body of at most 64 KiB; no bytes are an object without members.
     *
     * @throws ApiException a 400 that says what is wrong with it, or a 413
     */
    public static Body read(byte[] bytes, Lease memory, List<? extends Field<?>> known) {
        if (bytes.length == 0) {
            return NONE;
        }
        if (bytes.length > BYTES_MAX) {
            throw ApiError.invalid(
                            null,
                            sentence(
                                    "The body is too large: at most {bytes} bytes are allowed here.",
                                    Integer.toString(BYTES_MAX)))
                    .withStatus(413)
                    .asException();
        }
        return of("", JsonObjectReader.read(bytes, LIMITS, memory), known);
    }

    /** Returns the body with some members. @throws ApiException a 400 for a member that is no known field */
    public static Body of(ObjectNode object, List<? extends Field<?>> known) {
        return of("", object, known);
    }

    static Body of(String path, ObjectNode object, List<? extends Field<?>> known) {
        Body body = new Body(path, object);
        known.stream().filter(Field::isFixed).forEach(body::get);
        List<String> names = names(known);
        for (String name : object.propertyNames()) {
            if (!names.contains(name)) {
                throw Field.unknown(path + name, names);
            }
        }
        return body;
    }

    private static List<String> names(List<? extends Field<?>> fields) {
        return fields.stream()
                .filter(field -> !field.isFixed())
                .map(Field::name)
                .toList();
    }

    public boolean isEmpty() {
        return object.isEmpty();
    }

    /** Returns whether a field is there, even as null. */
    public boolean has(Field<?> field) {
        return object.has(field.name());
    }

    /** Returns the value of a field that has to be there, and that cannot be null. */
    public <T> T need(Field<T> field) {
        if (!has(field)) {
            throw Field.wrong(path + field.name(), sentence("{field} is required.", FIELD));
        }
        return Objects.requireNonNull(read(field));
    }

    /** Returns the value of a field; null if it is missing or null. */
    public <T> @Nullable T get(Field<T> field) {
        return has(field) ? read(field) : null;
    }

    /** Returns the value of a field, which null removes; the old one if the field is missing. */
    public <T> @Nullable T or(Field<T> field, @Nullable T old) {
        return has(field) ? read(field) : old;
    }

    /** Returns the micro-credits of a field as {@link #or}; the old ones may be more than the field can have today. */
    public @Nullable Long amountOr(Field<Long> field, @Nullable Long old) {
        JsonNode value = object.get(field.name());
        boolean isOld = old != null
                && value != null
                && value.isNumber()
                && value.decimalValue().compareTo(BigDecimal.valueOf(old, Values.DECIMALS)) == 0;
        return isOld ? old : or(field, old);
    }

    private <T> @Nullable T read(Field<T> field) {
        JsonNode value = object.get(field.name());
        return field.read(path + field.name(), value);
    }

    /** Returns the members as they were sent, those that are null too. */
    public ObjectNode members() {
        return object.deepCopy();
    }

    /** Returns this body without a member. */
    public Body without(Field<?> field) {
        ObjectNode rest = object.deepCopy();
        rest.remove(field.name());
        return new Body(path, rest);
    }

    /** Refuses a change that names none of its fields. */
    public void requireSome(List<? extends Field<?>> fields) {
        if (isEmpty()) {
            throw ApiError.invalid(
                            null,
                            sentence(
                                    "The body must have at least one of the fields {names}.",
                                    String.join(", ", names(fields))))
                    .asException();
        }
    }
}
