package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.operator.admin.AdminGate.Operator;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request of the operator's API, by HTTP or from a command of this process. Its methods name the member or parameter that is wrong in an
 * {@link dev.tollgate.base.error.ApiException}.
 *
 * @param operator who asks
 * @param path the parameters of the path
 * @param query the parameters of the query that the route takes
 */
public record AdminRequest(Operator operator, Map<String, String> path, Map<String, String> query, OperatorBody body) {

    private static final int LIMIT_DEFAULT = 50;

    /** Returns a parameter of the path. */
    String id() {
        return path("id");
    }

    String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no parameter " + name);
        }
        return value;
    }

    /** Returns the operator, with the body's reason and id. */
    By by() {
        boolean isGiven = operator.givesReasons() || body.has("reason");
        return new By(operator.actor(), isGiven ? body.reason() : null, body.requestId());
    }

    int limit(int most) {
        return Math.toIntExact(number("limit", Math.min(LIMIT_DEFAULT, most), 1, most));
    }

    /** The last sequence of the page before, of a list whose newest comes first. */
    long before() {
        return number("after", Long.MAX_VALUE, 1, Long.MAX_VALUE);
    }

    private long number(String name, long standard, long least, long most) {
        String text = query.get(name);
        if (text == null) {
            return standard;
        }
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw ApiError.invalid(name, "'" + name + "' must be a whole number from " + least + " to " + most + ".")
                    .asException();
        }
        return Long.parseLong(text);
    }

    @Nullable
    String word(String name) {
        String text = query.get(name);
        if (text != null && !text.matches("[A-Za-z0-9._:/-]{1,200}")) {
            throw ApiError.invalid(name, "'" + name + "' must be an id.").asException();
        }
        return text;
    }

    /** A name that may have spaces in it. */
    @Nullable
    String name(String name) {
        String text = query.get(name);
        if (text != null && (text.isBlank() || text.length() > 200)) {
            throw ApiError.invalid(name, "'" + name + "' must be a name of 1 to 200 characters.")
                    .asException();
        }
        return text;
    }

    /** A day begins at midnight in UTC. */
    @Nullable
    Instant time(String name) {
        String text = query.get(name);
        try {
            return text == null ? null : Instant.parse(text.length() == 10 ? text + "T00:00:00Z" : text);
        } catch (DateTimeParseException e) {
            throw ApiError.invalid(
                            name, "'" + name + "' must be a day (2026-11-30) or a time (2026-11-30T14:03:09Z) in UTC.")
                    .asException();
        }
    }
}
