package dev.tollgate.operator.cli;

import dev.tollgate.base.config.Decimals;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.operator.admin.GrantFields;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The forms of values on the command line. */
final class Values {

    static final String NONE = "none";
    static final String UNLIMITED = "unlimited";

    private static final int RATE_MOST = 100_000_000;
    private static final long GRACE_DAYS_MOST = 30;

    private Values() {}

    /** Credits as a decimal. */
    static JsonNode credits(String text) {
        return CommandJson.credits(micros(text));
    }

    /** Credits, or none. */
    static JsonNode limit(String text) {
        return CommandJson.credits(text.equals(NONE) ? null : micros(text));
    }

    /** Credits, none to remove a budget, or unlimited. */
    static JsonNode budget(String text) {
        return text.equals(UNLIMITED) ? JsonNodeFactory.instance.stringNode(text) : limit(text);
    }

    /** A time or none, from when on something ends; in Unix seconds. */
    static JsonNode end(String text) {
        return number(text.equals(NONE) ? null : new Time().convert(text).getEpochSecond());
    }

    /** Reads a number of seconds, minutes, hours or days, like {@code 90s}, {@code 30m}, {@code 24h}, {@code 7d}. Returns seconds. */
    static JsonNode grace(String text) {
        if (text.equals("0")) {
            return number(0L);
        }
        if (text.matches("[0-9]{1,7}[smhd]")) {
            long count = Long.parseLong(text.substring(0, text.length() - 1));
            Duration grace =
                    switch (text.charAt(text.length() - 1)) {
                        case 's' -> Duration.ofSeconds(count);
                        case 'm' -> Duration.ofMinutes(count);
                        case 'h' -> Duration.ofHours(count);
                        default -> Duration.ofDays(count);
                    };
            if (grace.compareTo(Duration.ofDays(GRACE_DAYS_MOST)) <= 0) {
                return number(grace.toSeconds());
            }
        }
        throw notAllowed(text, "0, or a time like 90s, 30m, 24h or 7d, at most " + GRACE_DAYS_MOST + "d");
    }

    /** Reads a number a minute or at once, or none. */
    static JsonNode rate(String text) {
        return number(text.equals(NONE) ? null : most(text));
    }

    static JsonNode count(String text) {
        return number(most(text));
    }

    /** Reads limits of a grant, hours and credits, like {@code 5:20,24:60}. */
    static JsonNode limits(String text) {
        JsonNode limits = GrantFields.LIMITS.typed().apply(text);
        boolean areNumbers = limits.valueStream()
                .allMatch(limit -> limit.isObject() && limit.valueStream().allMatch(JsonNode::isNumber));
        if (limits.isEmpty() || !areNumbers) {
            throw notAllowed(text, "hours and credits like 5:20, or two of them like 5:20,24:60");
        }
        return limits;
    }

    /** A day, which begins at midnight UTC, or an instant. */
    static final class Time implements ITypeConverter<Instant> {

        @Override
        public Instant convert(String text) {
            Instant time = WrittenTime.timeOrDay(text);
            if (time == null) {
                throw notAllowed(text, "a date like 2026-11-01, or a time like 2026-11-01T12:00:00Z");
            }
            return time;
        }
    }

    static JsonNode keyKind(String text) {
        return switch (text) {
            case "api", "management" -> JsonNodeFactory.instance.stringNode(text);
            default -> throw notAllowed(text, "api or management");
        };
    }

    /** Repeated or with commas between them; "none" alone is the empty list. */
    static List<String> list(List<String> given) {
        List<String> items = given.stream()
                .flatMap(text -> Arrays.stream(text.split(",")))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
        return items.equals(List.of(NONE)) ? List.of() : items;
    }

    /** A factor of a price group. The server refuses what is none. */
    static JsonNode factor(String text) {
        return GroupFactors.FACTOR.typed().apply(text);
    }

    /** Factors of models, with commas between them. The server refuses what is none. */
    static JsonNode factors(String text) {
        return GroupFactors.MODELS.typed().apply(text);
    }

    /** A name, or none. */
    static JsonNode nameOrNone(String text) {
        return text.equals(NONE) ? JsonNodeFactory.instance.nullNode() : JsonNodeFactory.instance.stringNode(text);
    }

    private static JsonNode number(@Nullable Long number) {
        return number == null ? JsonNodeFactory.instance.nullNode() : JsonNodeFactory.instance.numberNode(number);
    }

    private static Long micros(String text) {
        try {
            return Decimals.credits(text, dev.tollgate.base.fields.Field.CREDITS_MAX * Decimals.MICROS);
        } catch (IllegalArgumentException e) {
            throw notAllowed(text, String.valueOf(e.getMessage()));
        }
    }

    private static Long most(String text) {
        Long rate = text.matches("[0-9]{1,9}") ? Long.valueOf(text) : null;
        if (rate == null || rate < 1 || rate > RATE_MOST) {
            throw notAllowed(text, "a whole number from 1 to " + RATE_MOST);
        }
        return rate;
    }

    private static TypeConversionException notAllowed(String text, String allowed) {
        return new TypeConversionException("'" + text + "' is not allowed; allowed is " + allowed + ".");
    }
}
