package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the handlers of the operator's routes have in common: they read, do, and tell; what is done stands in {@link Deeds}. */
final class OperatorRoutes {

    private static final int LIMIT_DEFAULT = 50;

    private OperatorRoutes() {}

    /** What is done aside and may be refused. */
    interface Work<T> {
        T run() throws Refused;
    }

    /** Answers a question whose answer blocks. */
    static Handler<Object> asking(Function<Exchange, Work<byte[]>> question) {
        return (exchange, caller) -> {
            Work<byte[]> work = question.apply(exchange);
            exchange.compute(refusable(work), json -> exchange.json(200, json));
        };
    }

    /** What is to be done with a body that was read. */
    interface Doing {
        Work<byte[]> with(Exchange exchange, OperatorBody body);
    }

    /** @param members the body's */
    static Handler<Object> doing(int status, Doing doing, String... members) {
        return (exchange, caller) -> exchange.read(
                bytes -> OperatorBody.read(bytes, exchange.memory(), members),
                body -> exchange.compute(refusable(doing.with(exchange, body)), json -> exchange.json(status, json)));
    }

    /** Whoever was let in, from where he comes, with the body's reason and id. */
    static By by(Exchange exchange, OperatorBody body) {
        return new By(AdminGate.actor(exchange), body.reason(), body.requestId());
    }

    private static <T> Supplier<T> refusable(Work<T> work) {
        return () -> {
            try {
                return work.run();
            } catch (Refused e) {
                throw error(e).asException();
            }
        };
    }

    private static ApiError error(Refused refused) {
        ApiError error = ApiError.of(ErrorCode.INVALID_REQUEST, String.valueOf(refused.getMessage()));
        return switch (refused.why()) {
            case INVALID -> error;
            case NOT_FOUND -> error.withStatus(404);
            case CONFLICT -> error.withStatus(409);
        };
    }

    static int limit(Exchange exchange, int most) {
        return Math.toIntExact(number(exchange, "limit", Math.min(LIMIT_DEFAULT, most), 1, most));
    }

    static long number(Exchange exchange, String name, long standard, long least, long most) {
        String text = exchange.query(name);
        if (text == null) {
            return standard;
        }
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw ApiError.invalid(name, "'" + name + "' must be a whole number from " + least + " to " + most + ".")
                    .asException();
        }
        return Long.parseLong(text);
    }

    static @Nullable String word(Exchange exchange, String name) {
        String text = exchange.query(name);
        if (text != null && !text.matches("[A-Za-z0-9._:/-]{1,200}")) {
            throw ApiError.invalid(name, "'" + name + "' must be an id.").asException();
        }
        return text;
    }

    /** A name that may have spaces in it. */
    static @Nullable String name(Exchange exchange, String name) {
        String text = exchange.query(name);
        if (text != null && (text.isBlank() || text.length() > 200)) {
            throw ApiError.invalid(name, "'" + name + "' must be a name of 1 to 200 characters.")
                    .asException();
        }
        return text;
    }

    /** A day begins at midnight in UTC. */
    static @Nullable Instant time(Exchange exchange, String name) {
        String text = exchange.query(name);
        try {
            return text == null ? null : Instant.parse(text.length() == 10 ? text + "T00:00:00Z" : text);
        } catch (DateTimeParseException e) {
            throw ApiError.invalid(
                            name, "'" + name + "' must be a day (2026-11-30) or a time (2026-11-30T14:03:09Z) in UTC.")
                    .asException();
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A time as all answers tell it in fields that end in {@code _at}: Unix seconds. */
    static @Nullable Long seconds(@Nullable Instant time) {
        return time == null ? null : time.getEpochSecond();
    }
}
