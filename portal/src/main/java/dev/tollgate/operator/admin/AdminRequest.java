package dev.tollgate.operator.admin;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.http.Cursor;
import dev.tollgate.http.Limit;
import dev.tollgate.http.Page;
import dev.tollgate.operator.admin.AdminGate.Operator;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A request of the operator's API, by HTTP or from a command of this process. Its methods name the member or parameter that is wrong in an
 * {@link dev.tollgate.base.error.ApiException}.
 *
 * @param operator who asks
 * @param path the parameters of the path
 * @param query the parameters of the query that the route takes
 */
public record AdminRequest(Operator operator, Map<String, String> path, Map<String, String> query, Body body) {

    public static final Field<String> REASON = Field.text("reason", sentence("Reason"))
            .map((path, text) -> reason(text))
            .chars(Deed.REASON_CHARS_MIN, Deed.REASON_CHARS_MAX)
            .help("For the audit log.")
            .option("--reason TEXT");

    static final Field<RequestId> ID = Field.text("id", sentence("Id"))
            .map(AdminRequest::requestId)
            .chars(1, RequestId.CHARS_MAX)
            .optional()
            .help("An id of the request: sent twice, it counts once.");

    /** A form asks for the last day, in UTC, through whose end something lasts. */
    public static final Field.Input LAST_DAY =
            new Field.Input(sentence("Expires after"), null, "date", AdminRequest::endOfDay);

    /** A form asks for a minute in UTC. */
    public static final Field.Input MINUTE = Field.Input.of("datetime-local", AdminRequest::minute);

    private static final int LIMIT_DEFAULT = 50;

    /** Returns a field with Unix seconds, or a time in words. */
    public static Field<Instant> time(String name, Sentence label) {
        Sentence allowed = sentence("Unix seconds, or a time in UTC like {time}", "2026-12-31T00:00:00Z");
        return Field.allowing(name, label, allowed, AdminRequest::time, AdminRequest::typedTime)
                .kept(Fact.Kind.TIME)
                .shaped(Schema.of("integer", "string").written("Unix seconds, or a time in UTC"));
    }

    /** A day begins at midnight in UTC. */
    private static JsonNode typedTime(String text) {
        Instant time = WrittenTime.timeOrDay(text);
        return StringNode.valueOf(time == null ? text : time.toString());
    }

    private static JsonNode minute(String text) {
        return typedTime(text.matches("[0-9-]{10}T[0-9]{2}:[0-9]{2}") ? text + ":00Z" : text);
    }

    private static JsonNode endOfDay(String text) {
        Instant last = WrittenTime.day(text, ZoneOffset.UTC);
        if (last == null) {
            throw new Mistake(sentence("Expires after is a date like 2027-02-01, or empty."));
        }
        return StringNode.valueOf(last.plus(1, ChronoUnit.DAYS).toString());
    }

    private static @Nullable Instant time(JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return WrittenTime.seconds(value.longValue());
        }
        return value.isString() ? WrittenTime.time(value.stringValue()) : null;
    }

    static String reason(@Nullable String text) {
        try {
            return Deed.reason(text);
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid("reason", Mistake.of(e)).asException();
        }
    }

    private static RequestId requestId(String path, String text) {
        try {
            return RequestId.ofOperator(text);
        } catch (IllegalArgumentException e) {
            throw ApiError.wrong(path, String.valueOf(e.getMessage())).asException();
        }
    }

    /** Returns a parameter of the path. */
    public String id() {
        return path("id");
    }

    public String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no parameter " + name);
        }
        return value;
    }

    /** Returns the operator, with the body's reason and id. */
    public By by() {
        String reason = get(REASON);
        return new By(operator.actor(), operator.givesReasons() ? reason(reason) : reason, get(ID));
    }

    /** Returns the value of a field that has to be there. */
    public <T> T need(Field<T> field) {
        return body.need(field);
    }

    /** Returns the value of a field; null if it is missing or null. */
    public <T> @Nullable T get(Field<T> field) {
        return body.get(field);
    }

    /** Returns the value of a field, or another if it is missing or null. */
    public <T> T or(Field<T> field, T standard) {
        T value = body.get(field);
        return value == null ? standard : value;
    }

    /** The begin of a list. @param <T> an entry */
    @FunctionalInterface
    public interface Listed<T> {
        List<T> first(int limit);
    }

    public int limit(int most) {
        return Limit.of(most, Math.min(LIMIT_DEFAULT, most)).read(query.get("limit"));
    }

    /**
     * Returns a page of a list.
     *
     * @param most entries of a page
     * @param list its entries from the page on, of which one more is read
     * @param place what a next request names in {@code after}
     */
    public <T> ObjectNode page(int most, Listed<T> list, Function<T, ObjectNode> json, Function<T, Object> place) {
        int limit = limit(most);
        Page<T> page = Page.of(list.first(limit + 1), limit, entry -> Cursor.of(place.apply(entry)));
        return ActionRequest.list(page.entries(), json, page.next());
    }

    /** Returns the last sequence of the previous page, of a list whose newest comes first. */
    public long before() {
        Long before = Cursor.read(query.get("after"), 1, it -> it.number(0));
        return before == null ? Long.MAX_VALUE : before;
    }

    @Nullable
    public String word(String name) {
        String text = query.get(name);
        if (text != null && !text.matches("[A-Za-z0-9._:/-]{1,200}")) {
            throw Field.wrong(name, sentence("{field} must be an id.", FIELD));
        }
        return text;
    }

    /** A name that may have spaces in it. */
    @Nullable
    public String name(String name) {
        String text = query.get(name);
        if (text != null && (text.isBlank() || text.length() > 200)) {
            throw Field.wrong(name, sentence("{field} must be a name of 1 to 200 characters.", FIELD));
        }
        return text;
    }

    /** A day begins at midnight in UTC. */
    @Nullable
    public Instant time(String name) {
        String text = query.get(name);
        Instant time = text == null ? null : WrittenTime.timeOrDay(text);
        if (text != null && time == null) {
            throw Field.wrong(
                    name,
                    sentence("{field} must be a day (2026-11-30) or a time (2026-11-30T14:03:09Z) in UTC.", FIELD));
        }
        return time;
    }
}
