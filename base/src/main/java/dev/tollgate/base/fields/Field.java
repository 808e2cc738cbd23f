package dev.tollgate.base.fields;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.words.Sentence;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * A field of a request: its faces, and its values.
 *
 * @param fact its name in bodies, forms and messages, its label on pages, and what its values are where they are stored
 * @param help says what it is, in sentences of the command line and of the description of the API; empty if the label does
 * @param option of the command line, as {@link #option} has it; null for the name's
 * @param nothing what null means, as in {@code no limit}; empty if it means no value, null if the field cannot be null
 * @param values that it can have
 * @param input how forms ask for it
 */
public record Field<T>(
        Fact fact,
        String help,
        @Nullable String option,
        @Nullable Sentence nothing,
        Values<T> values,
        Input input) {

    /** The most credits of one amount: a billion. */
    public static final long CREDITS_MAX = 1_000_000_000;

    /** The words of a program's refusal before what null means. */
    private static final String OR_NULL = ", or null for ";

    private static final Sentence NONE = Sentence.asItIs("");

    private Field(Fact fact, Values<T> values) {
        this(fact, "", null, null, values, Input.PLAIN);
    }

    private Field(String name, Sentence label, Values<T> values) {
        this(new Fact(name, label), values);
    }

    /** A word that a field can have. @param label on pages */
    public record Choice<T>(String word, Sentence label, T value) {

        /** A word that pages do not show. */
        public Choice(String word, T value) {
            this(word, Sentence.asItIs(word), value);
        }
    }

    /**
     * The input of forms.
     *
     * @param label beside it; null for the field's
     * @param hint below it; null for none
     * @param type of the element in HTML, as in {@code date}; empty for a text or what the schema says
     * @param typed returns the member for its text, which is blank only where the field cannot be null; may throw {@link dev.tollgate.base.error.Mistake}. Null for the field's
     */
    public record Input(
            @Nullable Sentence label,
            @Nullable Sentence hint,
            String type,
            @Nullable Function<String, JsonNode> typed) {

        private static final Input PLAIN = new Input(null, null, "", null);

        /** Returns an input with a way of its own to write a value. */
        public static Input of(String type, Function<String, JsonNode> typed) {
            return new Input(null, null, type, typed);
        }
    }

    public String name() {
        return fact.name();
    }

    public Sentence label() {
        return fact.label();
    }

    public Schema schema() {
        return values.schema();
    }

    public List<Choice<T>> choices() {
        return values.choices();
    }

    public List<Field<?>> members() {
        return values.members();
    }

    public Values.Reader<T> reader() {
        return values.reader();
    }

    /** Returns what makes the member of a text of a command. */
    public Function<String, JsonNode> typed() {
        return values.typed();
    }

    // ---- kinds ----

    /** Returns a field with a text that is {@link WrittenText}. */
    public static Field<String> text(String name, Sentence label) {
        return new Field<>(name, label, Values.texts());
    }

    /** Returns a field with one of some words. */
    @SafeVarargs
    public static <T> Field<T> choice(String name, Sentence label, Choice<T>... choices) {
        return choice(name, label, List.of(choices));
    }

    /** Returns a field with one of some words. */
    public static <T> Field<T> choice(String name, Sentence label, List<Choice<T>> choices) {
        Map<String, Sentence> words = new LinkedHashMap<>();
        choices.forEach(choice -> words.put(choice.word(), choice.label()));
        return new Field<>(new Fact(name, label).saying(words), Values.choices(choices));
    }

    public static Field<Boolean> flag(String name, Sentence label) {
        return new Field<>(name, label, Values.flags());
    }

    /** Returns a field with micro-credits of a number of credits: from 0 to {@link #CREDITS_MAX}, exact. */
    public static Field<Long> credits(String name, Sentence label) {
        return new Field<>(new Fact(name, label, Fact.Kind.CREDITS), Values.credits(0, CREDITS_MAX));
    }

    /** Returns a field with micro-credits of a number of credits; below zero, too. */
    public static Field<Long> signedCredits(String name, Sentence label) {
        return new Field<>(new Fact(name, label, Fact.Kind.CREDITS), Values.credits(-CREDITS_MAX, CREDITS_MAX));
    }

    public static Field<Long> whole(String name, Sentence label, long least, long most) {
        return new Field<>(name, label, Values.wholes(least, most));
    }

    /** Returns a field with a time in Unix seconds. */
    public static Field<Instant> time(String name, Sentence label) {
        return new Field<>(new Fact(name, label, Fact.Kind.TIME), Values.times());
    }

    public static Field<ZoneId> zone(String name, Sentence label) {
        return new Field<>(name, label, Values.zones());
    }

    /** Returns a field with a list, which has each entry once. A form has them between blanks or commas. @param entry reads one */
    public static <E> Field<List<E>> list(String name, Sentence label, int most, Values.Reader<E> entry) {
        return new Field<>(name, label, Values.lists(most, entry));
    }

    /** Returns a field with an object of some fields. */
    public static Field<Body> object(String name, Sentence label, Field<?>... members) {
        return new Field<>(name, label, Values.objects(List.of(members)));
    }

    /** Returns a field without a label, which only stands there to be refused: it cannot be changed. */
    public static Field<String> fixed(String name) {
        return of(
                name,
                NONE,
                (path, value) -> {
                    throw wrong(path, sentence("{field} cannot be changed.", FIELD));
                },
                StringNode::valueOf);
    }

    public boolean isFixed() {
        return label() == NONE;
    }

    /** Returns a field whose value is read later, with others. */
    public static Field<JsonNode> raw(String name) {
        return new Field<>(Fact.hidden(name), Values.raw());
    }

    /** Returns this field for a request that hands its value on to another request, which reads it. */
    public Field<JsonNode> handedOn() {
        return new Field<>(Fact.hidden(name()), help, option, nothing, values.unread(), input);
    }

    /**
     * Returns a field of another kind, which refuses values by one sentence.
     *
     * @param allowed as in {@code a whole number from 1 to 9}
     * @param value reads one; null if it is not allowed
     * @param typed as {@link Values} have it
     */
    public static <T> Field<T> allowing(
            String name,
            Sentence label,
            Sentence allowed,
            Function<JsonNode, @Nullable T> value,
            Function<String, JsonNode> typed) {
        return new Field<>(name, label, Values.allowing(allowed, value, typed));
    }

    /** Returns a field of another kind. @param typed as {@link Values} have it */
    public static <T> Field<T> of(
            String name, Sentence label, Values.Reader<T> reader, Function<String, JsonNode> typed) {
        return new Field<>(name, label, Values.of(reader, typed));
    }

    // ---- changed ----

    private <U> Field<U> with(Values<U> other) {
        return new Field<>(fact, help, option, nothing, other, input);
    }

    private Field<T> with(Fact other) {
        return new Field<>(other, help, option, nothing, values, input);
    }

    /** Returns this field, whose refusals also name the value. @throws IllegalStateException if its kind refuses by several sentences */
    public Field<T> naming() {
        return with(values.naming(name()));
    }

    /** Returns this field, whose value has to be so. @param refusal with {@link ApiError#FIELD} */
    public Field<T> that(Predicate<T> isSo, Sentence refusal) {
        return map((path, value) -> {
            if (!isSo.test(value)) {
                throw wrong(path, refusal);
            }
            return value;
        });
    }

    /** Turns a value into another. */
    @FunctionalInterface
    public interface Mapper<T, U> {

        /** @throws ApiException as {@link Field#wrong} */
        U map(String path, T value);
    }

    /** Returns a field with the same form, whose value is another. */
    public <U> Field<U> map(Mapper<T, U> mapper) {
        return with(values.map(mapper));
    }

    /** Returns this field, which can be null. @param what that means, as in {@code no limit} */
    public Field<T> orNull(Sentence what) {
        return new Field<>(fact.orNothing(what == NONE ? null : what), help, option, what, values.orNull(), input);
    }

    /** Returns this field, for which null is as if it was missing. */
    public Field<T> optional() {
        return orNull(NONE);
    }

    /** Returns this field with an explanation for commands and the description of the API, which are English: sentences with a period. */
    public Field<T> help(String explanation) {
        return new Field<>(fact, explanation, option, nothing, values, input);
    }

    /** Returns this field, whose values are described so. */
    public Field<T> shaped(Schema schema) {
        return with(values.described(schema));
    }

    /** Returns this field with texts of so many characters, which its reader makes sure of. */
    public Field<T> chars(int least, int most) {
        return shaped(schema().with("minLength", least).with("maxLength", most));
    }

    /** Returns this field with the value that counts if it is missing, as it stands in a body. */
    public Field<T> standard(Object value) {
        return shaped(schema().with("default", value));
    }

    /** Returns this field for a body that needs it, though it can be null. */
    public Field<T> needed() {
        return shaped(schema().required(true));
    }

    /** Returns this field for a body in which it may be missing, though it cannot be null. */
    public Field<T> orMissing() {
        return shaped(schema().required(false));
    }

    /**
     * Returns this field with an option of the command line.
     *
     * @param written as in {@code --expires TIME}; {@code TIME} if the command takes it bare, {@code --lose} if it is there or not; empty if commands do not
     *     take it
     */
    public Field<T> option(String written) {
        return new Field<>(fact, help, written, nothing, values, input);
    }

    /** Returns this field, for which forms ask by an input of its own. */
    public Field<T> asked(Input by) {
        return new Field<>(fact, help, option, nothing, values, by);
    }

    /** Returns this field with another label in forms than in lists. */
    public Field<T> asked(Sentence label) {
        return asked(new Input(label, input.hint, input.type, input.typed));
    }

    /** Returns this field with a hint in forms. */
    public Field<T> hinted(Sentence hint) {
        return asked(new Input(input.label, hint, input.type, input.typed));
    }

    /** Returns the member for a text of a form. */
    public JsonNode inForm(String text) {
        boolean isNothing = text.isBlank() && nothing != null;
        return input.typed == null || isNothing ? typed().apply(text) : input.typed.apply(text.strip());
    }

    /** Returns the label of a form. */
    public Sentence inputLabel() {
        return input.label == null ? label() : input.label;
    }

    /** Returns this field, whose stored values are of a kind. */
    public Field<T> kept(Fact.Kind kind) {
        return with(fact.as(kind));
    }

    /** Returns this field, of which nothing means something where it is stored, though a request cannot say so by null. */
    public Field<T> keptAs(Sentence nothingThere) {
        return with(fact.orNothing(nothingThere));
    }

    // ---- reading ----

    /** Reads a member. @return null only if the field can be null */
    @Nullable
    T read(String path, JsonNode value) {
        if (nothing == null) {
            return reader().read(path, value);
        }
        try {
            return value.isNull() ? null : reader().read(path, value);
        } catch (ApiException e) {
            ApiError error = e.error();
            String message = error.message();
            throw nothing != NONE && message.startsWith("'" + path + "' must be ")
                    ? ApiError.invalid(
                                    path,
                                    message.substring(0, message.length() - 1) + OR_NULL + nothing.english() + ".")
                            .said(sentence(
                                    "{a} {b}",
                                    error.forPeople(FIELD),
                                    sentence("Leave the field empty for {nothing}.", nothing)))
                            .asException()
                    : e;
        }
    }

    /** Returns a string. @throws ApiException if it is none */
    public static String string(String path, JsonNode value) {
        if (!value.isString()) {
            throw wrong(path, sentence("{field} must be a string.", FIELD));
        }
        return value.stringValue();
    }

    /** Returns a 400 that names a field. @param sentence with {@link ApiError#FIELD} */
    public static ApiException wrong(String path, Sentence sentence) {
        return ApiError.invalid(path, sentence).asException();
    }

    /** Returns a 400 that names a field, its value and what is allowed. */
    public static ApiException notAllowed(String path, JsonNode value, Sentence allowed) {
        String shown = value.isString() ? MessageText.quoted(value.stringValue()) : MessageText.plain(value.toString());
        return wrong(path, sentence("{field} is {value}; allowed is {allowed}.", FIELD, shown, allowed));
    }

    /** Returns a 400 for a member that is not known. */
    static ApiException unknown(String path, List<String> known) {
        return wrong(
                MessageText.plain(path),
                sentence("{field} is not known here; known are {names}.", FIELD, String.join(", ", known)));
    }
}
