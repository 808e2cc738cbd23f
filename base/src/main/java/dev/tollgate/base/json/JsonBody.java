package dev.tollgate.base.json;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.Tally;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A cursor over a JSON body that checks types and ranges as it goes. Every refusal is a 400 that names the dotted path of the
 * current value, what came and what is allowed.
 *
 * <p>A method that reads a value expects to stand on its first token and leaves the cursor on its last one. Null members of
 * objects are skipped: to be null is to be absent.
 */
public final class JsonBody {

    private static final int IGNORED_NAMES_MAX = 64;
    /** Values and names. Each costs some 100 bytes of memory in a tree or a table of names, but may have only 3 in the body. */
    static final int TOKENS_MAX = 1_000_000;

    private static final int EXPONENT_MAX = 1_000;

    /** The most bytes that a tree's text takes for each of its bytes in the body: as characters, and as a string of JSON. */
    private static final long TREE_TEXT_TIMES = 4;

    /** Decoding takes room for the text in UTF-8 as well. Shorter texts are not charged for that time. */
    private static final int LONG_TEXT_BYTES = 64 * 1024;

    private static final int NOT_VALID = 400;

    /** Depth is checked here, by {@link ReadLimits}; strings are bounded by the body. */
    static final BodyParser.Factory FACTORY = new BodyParser.Factory(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxTokenCount(TOKENS_MAX)
                    .maxNumberLength(1_000)
                    .maxNameLength(10_000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build()));

    private final byte[] body;
    private final BodyParser parser;
    private final ReadLimits limits;
    private final Tally tally;
    private final List<String> ignored = new ArrayList<>();
    private long innerTokens;
    private boolean builds = true;

    /** The parts that the raw value being read leaves out; null outside of a raw value. */
    private @Nullable OmittedValues leftOut;

    /** @param memory what is made of the body is charged to it */
    public JsonBody(byte[] bytes, ReadLimits limits, Lease memory) {
        StrictUtf8.check(bytes);
        this.limits = limits;
        this.tally = new Tally(memory);
        this.body = bytes;
        this.parser = FACTORY.of(bytes, 0);
    }

    /** Returns whether a text inside the body is one JSON object and nothing else, within the same limits as the body. */
    public boolean holdsObject(String text) {
        if (!text.stripLeading().startsWith("{")) {
            return false;
        }
        tally.add(2L * text.length());
        tally.settle();
        byte[] copy = text.getBytes(StandardCharsets.UTF_8);
        JsonBody inner = new JsonBody(copy, limits, tally.lease());
        try {
            inner.wholeObject(JsonBody::check);
            innerTokens += inner.parser.currentTokenCount();
            return innerTokens <= TOKENS_MAX;
        } catch (ApiException e) {
            if (e.error().status() != NOT_VALID) {
                throw e; // it may be valid, but there is no room to find out
            }
            return false;
        } finally {
            inner.tally.giveBack();
            tally.less(2L * text.length());
        }
    }

    public ReadLimits limits() {
        return limits;
    }

    /** Returns the lease that is charged for what is made of the body. */
    public Lease memory() {
        return tally.lease();
    }

    /** Reads the body's one object; what Jackson cannot read becomes a 400 without an excerpt of it. */
    public void wholeObject(Consumer<JsonBody> members) {
        try {
            if (next() == null) {
                throw ApiError.invalid(null, "The body is empty, a JSON object is required.")
                        .asException();
            }
            if (!at(JsonToken.START_OBJECT)) {
                throw refuse("a JSON object");
            }
            members.accept(this);
            tally.settle();
            if (next() != null) {
                throw ApiError.invalid(null, "The body must be one JSON object, more came after its end.")
                        .asException();
            }
        } catch (JacksonException e) {
            throw Malformed.error(e, parser.streamReadContext());
        } finally {
            parser.close();
        }
    }

    // --- structure ---

    /** Calls {@code member} with the name of each member that is not null, standing on its value. */
    public void object(Consumer<String> member) {
        if (!at(JsonToken.START_OBJECT)) {
            throw refuse("an object");
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            tally.name(name);
            if (next() != JsonToken.VALUE_NULL) {
                member.accept(name);
            } else if (leftOut != null) {
                leftOut.add(start());
            }
        }
    }

    /** Calls {@code element} standing on each element, null ones too. */
    public void array(int elementsMax, Runnable element) {
        if (!at(JsonToken.START_ARRAY)) {
            throw refuse("an array");
        }
        for (int count = 1; next() != JsonToken.END_ARRAY; count++) {
            if (count > elementsMax) {
                throw tooMany(elementsMax);
            }
            element.run();
        }
    }

    public void skip() {
        if (isStart()) {
            pass(false);
        }
    }

    private void check() {
        pass(true);
    }

    /** Skips to the end of the current object or array; texts are decoded only if they are to be checked. */
    private void pass(boolean isChecked) {
        builds = false;
        for (int open = 1; open > 0; ) {
            next();
            if (isStart()) {
                open++;
            } else if (at(JsonToken.END_OBJECT) || at(JsonToken.END_ARRAY)) {
                open--;
            } else if (isChecked && isString()) {
                text();
            } else if (isChecked && at(JsonToken.PROPERTY_NAME)) {
                wholeLength(parser.currentName());
            } else if (isChecked && at(JsonToken.VALUE_NUMBER_FLOAT)) {
                decimal();
            }
        }
        builds = true;
    }

    /** The value as a tree, key order and digits of numbers kept. */
    public JsonNode tree() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> objectTree();
            case START_ARRAY -> arrayTree();
            case VALUE_STRING -> TextNode.of(text());
            case VALUE_NUMBER_INT -> JsonNodeFactory.instance.numberNode(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> JsonNodeFactory.instance.numberNode(decimal());
            case VALUE_TRUE -> JsonNodeFactory.instance.booleanNode(true);
            case VALUE_FALSE -> JsonNodeFactory.instance.booleanNode(false);
            default -> JsonNodeFactory.instance.nullNode();
        };
    }

    /** Reads an object as a tree. {@link #next} limits the depth of the recursion. */
    public ObjectNode objectTree() {
        if (!at(JsonToken.START_OBJECT)) {
            throw refuse("an object");
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            tally.name(name);
            next();
            object.set(whole(name), tree());
        }
        return object;
    }

    /** Charges for a text that is made of a tree. @param start where the tree began; the cursor is on its end */
    public void chargeText(int start) {
        tally.add(TREE_TEXT_TIMES * (parser.end() - start));
    }

    /** Reads an object as the text that it has in the body, checked in the same way as a tree of it. */
    public String objectText() {
        if (!at(JsonToken.START_OBJECT)) {
            throw refuse("an object");
        }
        int from = parser.end() - 1;
        check();
        int to = parser.end();
        tally.lease().take(to - from);
        String text = new String(body, from, to - from, StandardCharsets.UTF_8);
        tally.text(text, to - from);
        tally.lease().give(to - from);
        return text;
    }

    /** Reads a decimal and limits its exponent: a few digits can stand for a number that fills the memory when written out. */
    private BigDecimal decimal() {
        try {
            BigDecimal value = parser.getDecimalValue();
            if (Math.abs((long) value.scale()) <= EXPONENT_MAX) {
                return value;
            }
        } catch (NumberFormatException e) {
            // the exponent has more than 32 bits: refused below as any other
        }
        throw refuse("a number with an exponent of at most " + EXPONENT_MAX);
    }

    private ArrayNode arrayTree() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        while (next() != JsonToken.END_ARRAY) {
            array.add(tree());
        }
        return array;
    }

    /**
     * Returns a string member of the object that the cursor stands on, which stays there; null if the object has none or a very long one. Reads no
     * further than to that member.
     */
    public @Nullable String ahead(String member) {
        return ahead(member, "", "");
    }

    /**
     * Returns what {@link #ahead(String)} does, but null if a member {@code then} follows a member {@code first} and no such member has come until
     * there: an object that is known by these two need not be read twice.
     */
    public @Nullable String ahead(String member, String first, String then) {
        return LookAhead.string(body, start(), member, first, then);
    }

    /** Returns the current value as it stands in the body, without what is passed over in it. @param reading reads the value */
    public RawJson raw(Runnable reading) {
        OmittedValues parts = new OmittedValues(tally);
        leftOut = parts;
        int from = start();
        reading.run();
        leftOut = null;
        return new RawJson(body, from, parser.end(), parts.starts());
    }

    /** Passes over the current value, which goes into no raw JSON. */
    public void leaveOut() {
        if (leftOut != null) {
            leftOut.add(start());
        }
        skip();
    }

    /** Returns the current value if it is a short string of whole characters; else null. */
    public @Nullable String word() {
        JsonText text = isString() ? parser.text() : null;
        return text == null || text.length() > LookAhead.BYTES_MAX ? null : text.toString();
    }

    /** Passes over the current value, which goes into raw JSON only if it is a short string. */
    public void skipWord() {
        JsonText text = leftOut != null && isString() ? parser.text() : null;
        if (text != null && text.length() <= LookAhead.BYTES_MAX) {
            return;
        }
        leaveOut();
    }

    /** Leaves a value that has been read out of raw JSON. @param start where the value begins */
    public void leaveOut(int start) {
        if (leftOut != null) {
            leftOut.add(start);
        }
    }

    /** Returns the raw value in one line, so that an event of a stream can hold it. */
    public RawJson line(Runnable reading) {
        RawJson raw = raw(reading);
        RawJson line = raw.inOneLine();
        if (line != raw) {
            tally.add(line.length());
        }
        return line;
    }

    /** Returns where the current value begins in the body. */
    public int start() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    // --- scalars ---

    public boolean isString() {
        return at(JsonToken.VALUE_STRING);
    }

    public boolean isArray() {
        return at(JsonToken.START_ARRAY);
    }

    public boolean isObject() {
        return at(JsonToken.START_OBJECT);
    }

    /** The string as it stands in the body, whose room stays charged. */
    public JsonText text() {
        if (!isString()) {
            throw refuse("a string");
        }
        JsonText text = parser.text();
        if (text == null) {
            throw halfPair();
        }
        return text;
    }

    /** Texts joined by line breaks. */
    public JsonText joined(List<JsonText> texts) {
        if (texts.size() > 1) {
            texts.forEach(text -> tally.add(text.length() + 2L));
        }
        return JsonText.joined(texts);
    }

    public String string() {
        JsonText text = text();
        int room = text.utf8Bytes() > LONG_TEXT_BYTES ? text.utf8Bytes() : 0;
        tally.lease().take(3L * room);
        try {
            String decoded = text.toString();
            tally.text(decoded, text.utf8Bytes());
            return decoded;
        } finally {
            tally.lease().give(3L * room);
        }
    }

    /** A string of at most {@code charsMax} characters. */
    public String string(int charsMax) {
        String text = string();
        if (text.length() > charsMax) {
            throw refuse("a string of at most " + charsMax + " characters");
        }
        return text;
    }

    public String nonEmptyString() {
        String text = string();
        if (text.isEmpty()) {
            throw refuse("a string that is not empty");
        }
        return text;
    }

    public String oneOf(List<String> allowed) {
        if (isString()) {
            String word = parser.getString();
            int found = allowed.indexOf(word);
            if (found >= 0) {
                return allowed.get(found);
            }
        }
        throw refuse(allowed.size() == 1 ? MessageText.list(allowed) : "one of " + MessageText.list(allowed));
    }

    /**
     * The string's bytes: straight from the body where it stands there in plain ASCII, else from a copy. What is not Latin-1
     * is lost.
     */
    public AsciiSlice slice() {
        AsciiSlice plain = text().ascii();
        return plain == null ? AsciiSlice.of(string()) : plain;
    }

    public boolean bool() {
        if (at(JsonToken.VALUE_TRUE)) {
            return true;
        }
        if (at(JsonToken.VALUE_FALSE)) {
            return false;
        }
        throw refuse("true or false");
    }

    public int integer(int min, int max) {
        return (int) longInteger(min, max);
    }

    public long longInteger(long min, long max) {
        if (at(JsonToken.VALUE_NUMBER_INT) && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long value = parser.getLongValue();
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw refuse(
                "an integer " + (isNumberAbove(max) ? MessageText.between(min, max) : MessageText.range(min, max)));
    }

    private boolean isNumberAbove(long max) {
        return (at(JsonToken.VALUE_NUMBER_INT) || at(JsonToken.VALUE_NUMBER_FLOAT)) && parser.getDoubleValue() >= max;
    }

    public double number(double min, double max) {
        if (at(JsonToken.VALUE_NUMBER_INT) || at(JsonToken.VALUE_NUMBER_FLOAT)) {
            double value = parser.getDoubleValue();
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw refuse("a number between " + MessageText.number(min) + " and " + MessageText.number(max));
    }

    // --- what has no effect (D5) ---

    /** Notes the current value as one without effect, and passes over it. */
    public void ignore() {
        ignored(path());
        leaveOut();
    }

    public void ignored(String path) {
        if (ignored.size() < IGNORED_NAMES_MAX && !ignored.contains(path)) {
            ignored.add(path);
        }
    }

    /** Returns the ignored fields in the order of the body; one more name than D5 prints is enough, so the list is bounded. */
    public List<String> ignored() {
        return ignored;
    }

    // --- refusals ---

    /** Returns the dotted path of the current value, also after its end. */
    public String path() {
        return FieldPath.of(isStart() ? parser.streamReadContext().getParent() : parser.streamReadContext());
    }

    /** Returns the error {@code 'path' must be …, got ….}. */
    public ApiException refuse(String allowed) {
        String path = path();
        String subject = path.isEmpty() ? "The body" : "'" + path + "'";
        return ApiError.invalid(
                        path.isEmpty() ? null : path, subject + " must be " + allowed + ", got " + shown() + ".")
                .asException();
    }

    /** Returns the error {@code 'path' …}, for faults that the value alone does not show. */
    public ApiException invalid(String predicate) {
        return invalid(path(), predicate);
    }

    public static ApiException invalid(String path, String predicate) {
        return ApiError.invalid(path, "'" + path + "' " + predicate).asException();
    }

    /** Returns the error {@code 'path.member' is required.}. The cursor is on the end of the object without it. */
    public ApiException required(String member) {
        return invalid(memberPath(member), "is required.");
    }

    /** Returns the value of a member. @throws ApiException what {@link #required} returns, if it is null */
    public <T> T given(@Nullable T value, String member) {
        if (value == null) {
            throw required(member);
        }
        return value;
    }

    public String memberPath(String member) {
        String path = path();
        return path.isEmpty() ? member : path + "." + member;
    }

    private ApiException tooMany(int elementsMax) {
        TokenStreamContext array = isStart() ? parser.streamReadContext().getParent() : parser.streamReadContext();
        return invalid(FieldPath.of(array.getParent()), "must have at most " + elementsMax + " elements.");
    }

    private String shown() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> MessageText.quoted(parser.getString());
            case VALUE_NULL -> "null";
            default -> MessageText.plain(parser.getString());
        };
    }

    // --- tokens ---

    private @Nullable JsonToken next() {
        JsonToken token = parser.nextToken();
        charge(token);
        if (isStart() && parser.streamReadContext().getNestingDepth() > limits.nestingMax()) {
            throw ApiError.invalid(null, "The body is nested deeper than " + limits.nestingMax() + " levels.")
                    .asException();
        }
        return token;
    }

    /** Charges a token. A skipped value leaves only its names, which are kept to find duplicates. */
    private void charge(@Nullable JsonToken token) {
        if (token != null && (builds || token == JsonToken.PROPERTY_NAME)) {
            switch (token) {
                case START_OBJECT -> tally.object();
                case START_ARRAY -> tally.array();
                case END_OBJECT, END_ARRAY -> {}
                case PROPERTY_NAME -> tally.name(parser.currentName());
                default -> tally.scalar();
            }
        }
    }

    private boolean at(JsonToken token) {
        return parser.currentToken() == token;
    }

    private boolean isStart() {
        return at(JsonToken.START_OBJECT) || at(JsonToken.START_ARRAY);
    }

    /** Rejects half a surrogate pair. It is possible only as an escape and has no UTF-8. */
    private String whole(String text) {
        tally.text(text, wholeLength(text));
        return text;
    }

    private long wholeLength(String text) {
        long length = StrictUtf8.length(text);
        if (length < 0) {
            throw halfPair();
        }
        return length;
    }

    private ApiException halfPair() {
        return invalid("holds half of a surrogate pair, which is not a character.");
    }
}
