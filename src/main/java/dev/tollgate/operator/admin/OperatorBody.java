package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.RequestId;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An operator's request body: one small object, whose members are all known. Every refusal names the member. */
public final class OperatorBody {

    private static final int BYTES_MAX = 64 * 1024;
    private static final int MICROS_DIGITS = 6;

    /** The end of the year 9999. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    private static final List<String> WINDOWS = List.of("hour", "day", "total");

    /** A billion credits. */
    private static final BigDecimal CREDITS_MAX = BigDecimal.valueOf(1_000_000_000);

    /** The body of a request that has none. */
    static final OperatorBody NONE = new OperatorBody(new ObjectNode(JsonNodeFactory.instance));

    private final ObjectNode object;

    private OperatorBody(ObjectNode object) {
        this.object = object;
    }

    /** @throws ApiException for what is no such object, or has a member that is not among the allowed */
    static OperatorBody read(byte[] bytes, Lease memory, List<String> allowed) {
        if (bytes.length > BYTES_MAX) {
            throw ApiError.invalid(null, "The body is too large: at most " + BYTES_MAX + " bytes are allowed here.")
                    .withStatus(413)
                    .asException();
        }
        ObjectNode object = JsonObjectReader.read(bytes, ReadLimits.DEFAULT, memory);
        for (String name : object.propertyNames()) {
            if (!allowed.contains(name)) {
                throw wrong(Shown.plain(name), "is not known here; allowed are " + String.join(", ", allowed));
            }
        }
        return new OperatorBody(object);
    }

    @Nullable
    String text(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw wrong(name, "must be a string");
        }
        String complaint = WrittenText.complaint(value.stringValue());
        if (complaint != null) {
            throw wrong(name, complaint);
        }
        return value.stringValue();
    }

    String needText(String name) {
        String text = text(name);
        if (text == null) {
            throw wrong(name, "is missing");
        }
        return text;
    }

    boolean needFlag(String name) {
        JsonNode value = object.get(name);
        if (value == null || !value.isBoolean()) {
            throw wrong(name, "must be true or false");
        }
        return value.booleanValue();
    }

    boolean has(String name) {
        return object.hasNonNull(name);
    }

    /** Returns a whole number from 1 on, null for no limit, or the old limit if the member is missing. */
    @Nullable
    Long limit(String name, long max, @Nullable Long old) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return value == null ? old : null;
        }
        if (value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= 1
                && value.longValue() <= max) {
            return value.longValue();
        }
        throw wrong(name, "must be a whole number from 1 to " + max + ", or null for no limit");
    }

    int number(String name, int least, int most) {
        JsonNode value = object.get(name);
        if (value == null
                || !value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < least
                || value.intValue() > most) {
            throw wrong(name, "must be a whole number from " + least + " to " + most);
        }
        return value.intValue();
    }

    /** Micro-credits of a number of credits, exact; below zero too. */
    long credits(String name) {
        return credits(name, object.get(name));
    }

    private static long credits(String name, @Nullable JsonNode value) {
        if (value == null || !value.isNumber()) {
            throw wrong(name, "must be a number of credits");
        }
        BigDecimal credits = value.decimalValue();
        if (credits.abs().compareTo(CREDITS_MAX) > 0) {
            throw wrong(name, "must be at most a billion credits");
        }
        try {
            return credits.movePointRight(MICROS_DIGITS).longValueExact();
        } catch (ArithmeticException e) {
            throw wrong(name, "has at most six decimals");
        }
    }

    /** Returns {@code {hour, day, total}} in credits from 0 on. Null is no limit, and the old limit stays where a member is missing. */
    SpendLimits spend(String name, SpendLimits old) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return value == null ? old : SpendLimits.NONE;
        }
        if (!(value instanceof ObjectNode windows)) {
            throw wrong(name, "must be an object with hour, day and total");
        }
        for (String window : windows.propertyNames()) {
            if (!WINDOWS.contains(window)) {
                throw wrong(
                        name + "." + Shown.plain(window),
                        "is not known here; allowed are " + String.join(", ", WINDOWS));
            }
        }
        return new SpendLimits(
                limit(name, windows, "hour", old.hourMicros()),
                limit(name, windows, "day", old.dayMicros()),
                limit(name, windows, "total", old.totalMicros()));
    }

    /** Returns the members that describe a key; its end is in Unix seconds. */
    ObjectNode ofKey() {
        ObjectNode key = withoutReason();
        if (object.path("expires_at").isString()) {
            key.put("expires_at", Objects.requireNonNull(time("expires_at")).getEpochSecond());
        }
        return key;
    }

    /** Returns the members as they were sent, those that are null too, without the reason. */
    ObjectNode withoutReason() {
        return object.deepCopy().without("reason");
    }

    /** Returns some members as they were sent, those that are null too. */
    ObjectNode members(List<String> names) {
        return object.deepCopy().retain(names);
    }

    /** Returns a member as it was sent; missing if there is none. */
    JsonNode node(String name) {
        return object.path(name);
    }

    /** Unix seconds, or a time in words; null where it is missing. */
    @Nullable
    Instant time(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isIntegralNumber() && value.canConvertToLong() && Math.abs(value.longValue()) <= SECONDS_MAX) {
            return Instant.ofEpochSecond(value.longValue());
        }
        try {
            return Instant.parse(value.isString() ? value.stringValue() : "");
        } catch (DateTimeParseException e) {
            throw wrong(name, "must be Unix seconds, or a time in UTC like 2026-12-31T00:00:00Z");
        }
    }

    private static @Nullable Long limit(String name, ObjectNode windows, String window, @Nullable Long old) {
        JsonNode value = windows.get(window);
        if (value == null || value.isNull()) {
            return value == null ? old : null;
        }
        long micros = credits(name + "." + window, value);
        if (micros < 0) {
            throw wrong(name + "." + window, "must be 0 or more, or null for no limit");
        }
        return micros;
    }

    /** Returns an amount of credits above zero. */
    long someCredits(String name) {
        long micros = credits(name);
        if (micros <= 0) {
            throw wrong(name, "must be above 0");
        }
        return micros;
    }

    String reason() {
        try {
            return Deed.reason(text("reason"));
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid("reason", String.valueOf(e.getMessage())).asException();
        }
    }

    @Nullable
    RequestId requestId() {
        String id = text("id");
        try {
            return id == null ? null : RequestId.ofOperator(id);
        } catch (IllegalArgumentException e) {
            throw wrong("id", String.valueOf(e.getMessage()));
        }
    }

    static ApiException wrong(String name, String what) {
        return ApiError.invalid(name, "'" + name + "' " + what + ".").asException();
    }
}
