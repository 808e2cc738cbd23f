package dev.tollgate.base.fields;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Sentence;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The values that a field can have: how they are described, read and typed, whatever the field is called. Immutable.
 *
 * @param schema as the description of the API says them, and whether a body needs the field
 * @param choices the words that it can have; empty if there is no such list
 * @param members of an object; empty for others
 * @param reader reads the value of a member that is not null
 * @param typed returns the member for a text of a form or a command
 */
public record Values<T>(
        Schema schema,
        List<Choice<T>> choices,
        List<Field<?>> members,
        Reader<T> reader,
        Function<String, JsonNode> typed) {

    static final int DECIMALS = 6;

    private static final Pattern NUMBER =
            Pattern.compile("-?([0-9]{1,18}|[0-9]{1,3}(,[0-9]{3}){1,5})(\\.[0-9]{1,12})?");

    public Values {
        choices = List.copyOf(choices);
        members = List.copyOf(members);
    }

    private Values(Schema schema, Reader<T> reader, Function<String, JsonNode> typed) {
        this(schema, List.of(), List.of(), reader, typed);
    }

    /** Reads a value. */
    @FunctionalInterface
    public interface Reader<T> {

        /**
         * @param path the field's name after the names of the objects around it, as in {@code spend.day}
         * @throws ApiException as {@link Field#wrong}
         */
        T read(String path, JsonNode value);
    }

    /**
     * A reader that refuses values by one sentence.
     *
     * @param allowed as in {@code a whole number from 1 to 9}
     * @param value reads one; null if it is not allowed
     */
    private record Allowing<T>(Sentence allowed, Function<JsonNode, @Nullable T> value) implements Reader<T> {

        @Override
        public T read(String path, JsonNode json) {
            T read = value.apply(json);
            if (read == null) {
                throw Field.wrong(path, sentence("{field} must be {allowed}.", FIELD, allowed));
            }
            return read;
        }

        /** Reads as {@link #read}; a refusal also names the value. */
        T readNaming(String path, JsonNode json) {
            T read = value.apply(json);
            if (read == null) {
                throw Field.notAllowed(path, json, allowed);
            }
            return read;
        }
    }

    // ---- kinds ----

    /** Returns values of any schema. */
    static <T> Values<T> of(Reader<T> reader, Function<String, JsonNode> typed) {
        return new Values<>(Schema.ANY, reader, typed);
    }

    /** Returns values of any schema that are refused by one sentence. @param allowed, value as {@link Allowing} has them */
    static <T> Values<T> allowing(
            Sentence allowed, Function<JsonNode, @Nullable T> value, Function<String, JsonNode> typed) {
        return of(new Allowing<>(allowed, value), typed);
    }

    /** Returns values that are read later. */
    static Values<JsonNode> raw() {
        return of((path, value) -> value, StringNode::valueOf);
    }

    static Values<String> texts() {
        return new Values<>(
                Schema.of("string"),
                (path, value) -> {
                    String text = Field.string(path, value);
                    Sentence complaint = WrittenText.complaint(text);
                    if (complaint != null) {
                        throw Field.wrong(path, sentence("{field} {complaint}.", FIELD, complaint));
                    }
                    return text;
                },
                text -> StringNode.valueOf(text.strip()));
    }

    static <T> Values<T> choices(List<Choice<T>> choices) {
        Sentence allowed = Sentence.either(choices.stream().map(Choice::word).toList());
        Reader<T> reader = new Allowing<>(allowed, value -> choices.stream()
                .filter(choice -> value.isString() && choice.word().equals(value.stringValue()))
                .findFirst()
                .map(Choice::value)
                .orElse(null));
        Schema schema = Schema.of("string")
                .with("enum", choices.stream().map(Choice::word).toList());
        return new Values<>(schema, choices, List.of(), reader, StringNode::valueOf);
    }

    static Values<Boolean> flags() {
        return new Values<>(
                Schema.of("boolean"),
                (path, value) -> {
                    if (!value.isBoolean()) {
                        throw Field.wrong(path, sentence("{field} must be true or false.", FIELD));
                    }
                    return value.booleanValue();
                },
                Values::typedFlag);
    }

    /** A box that is not checked is an empty text. */
    private static JsonNode typedFlag(String text) {
        boolean isOn = text.equals("on") || text.equals("true");
        return isOn || text.isEmpty() || text.equals("false") ? BooleanNode.valueOf(isOn) : StringNode.valueOf(text);
    }

    /** Returns micro-credits of a number of credits, which is exact. */
    static Values<Long> credits(long least, long most) {
        Sentence allowed = sentence(
                "a number of credits from {least} to {most} with at most {decimals} decimals",
                Long.toString(least),
                Long.toString(most),
                DECIMALS);
        return allowing(allowed, value -> micros(value, least, most), Values::number)
                .described(Schema.amounts().range(least, most));
    }

    private static @Nullable Long micros(JsonNode value, long least, long most) {
        if (value.isNumber()) {
            BigDecimal credits = value.decimalValue();
            boolean isWithin = credits.compareTo(BigDecimal.valueOf(least)) >= 0
                    && credits.compareTo(BigDecimal.valueOf(most)) <= 0;
            if (isWithin && credits.stripTrailingZeros().scale() <= DECIMALS) {
                return credits.movePointRight(DECIMALS).longValueExact();
            }
        }
        return null;
    }

    static Values<Long> wholes(long least, long most) {
        return allowing(
                        sentence("a whole number from {least} to {most}", Long.toString(least), Long.toString(most)),
                        value -> value.isIntegralNumber()
                                        && value.canConvertToLong()
                                        && value.longValue() >= least
                                        && value.longValue() <= most
                                ? value.longValue()
                                : null,
                        Values::number)
                .described(Schema.of("integer").range(least, most));
    }

    /** Returns times in Unix seconds. */
    static Values<Instant> times() {
        return wholes(1, WrittenTime.SECONDS_MAX)
                .described(Schema.of("integer").written("Unix seconds"))
                .map((path, seconds) -> Instant.ofEpochSecond(seconds));
    }

    static Values<ZoneId> zones() {
        return new Values<>(
                Schema.of("string"),
                (path, value) -> {
                    if (!value.isString() || !ZoneId.getAvailableZoneIds().contains(value.stringValue())) {
                        throw Field.wrong(
                                path,
                                sentence("{field} must be the name of a time zone, such as Europe/Berlin.", FIELD));
                    }
                    return ZoneId.of(value.stringValue());
                },
                text -> StringNode.valueOf(text.strip()));
    }

    /** Returns lists, which have each entry once. */
    static <E> Values<List<E>> lists(int most, Reader<E> entry) {
        return new Values<>(
                Schema.of("array").with("maxItems", most).with("items", Schema.of("string")),
                (path, value) -> entries(path, value, most, entry),
                Values::typedList);
    }

    private static <E> List<E> entries(String path, JsonNode value, int most, Reader<E> entry) {
        if (!value.isArray()) {
            throw Field.wrong(path, sentence("{field} must be a list of strings.", FIELD));
        }
        // Counted before any is read: to read an entry may cost more than to send it.
        long count = value.valueStream().distinct().count();
        if (count > most) {
            throw Field.wrong(
                    path,
                    sentence(
                            "{field} may have at most {most} entries, not {count}.",
                            FIELD,
                            Integer.toString(most),
                            Long.toString(count)));
        }
        Set<JsonNode> sent = new HashSet<>();
        Set<E> entries = new LinkedHashSet<>();
        for (int i = 0; i < value.size(); i++) {
            if (sent.add(value.get(i))) {
                entries.add(entry.read(path + "." + i, value.get(i)));
            }
        }
        return List.copyOf(entries);
    }

    private static JsonNode typedList(String text) {
        var list = JsonNodeFactory.instance.arrayNode();
        Stream.of(text.split("[\\s,]+")).filter(each -> !each.isEmpty()).forEach(list::add);
        return list;
    }

    static Values<Body> objects(List<Field<?>> members) {
        Reader<Body> reader = (path, value) -> {
            if (!(value instanceof ObjectNode object)) {
                throw Field.wrong(path, sentence("{field} must be an object.", FIELD));
            }
            return Body.of(path + ".", object, members);
        };
        return new Values<>(Schema.of("object"), List.of(), members, reader, StringNode::valueOf);
    }

    private static JsonNode number(String text) {
        String digits = text.strip().replace('−', '-').replace(",", "");
        if (!NUMBER.matcher(text.strip().replace('−', '-')).matches()) {
            return StringNode.valueOf(text);
        }
        return digits.contains(".")
                ? DecimalNode.valueOf(new BigDecimal(digits))
                : LongNode.valueOf(Long.parseLong(digits));
    }

    // ---- changed ----

    /** Returns these values, whose refusals also name the value. @param name of the field @throws IllegalStateException as {@link Field#naming} */
    Values<T> naming(String name) {
        if (!(reader instanceof Allowing<T> one)) {
            throw new IllegalStateException(name + " refuses by several sentences");
        }
        return new Values<>(schema, choices, members, one::readNaming, typed);
    }

    Values<T> described(Schema other) {
        return new Values<>(other, choices, members, reader, typed);
    }

    /** Returns other values of the same form, without choices. */
    <U> Values<U> map(Field.Mapper<T, U> mapper) {
        return new Values<>(
                schema, List.of(), members, (path, value) -> mapper.map(path, reader.read(path, value)), typed);
    }

    /** Returns these values of the same form, which are read later. */
    Values<JsonNode> unread() {
        return new Values<>(schema, (path, value) -> value, typed);
    }

    /** Returns these values and null, which is typed as no text. */
    Values<T> orNull() {
        return new Values<>(
                schema.orNull(),
                choices,
                members,
                reader,
                text -> text.isBlank() ? NullNode.getInstance() : typed.apply(text));
    }
}
