package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.fields.WrittenTime;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The forms of values on the command line. */
public final class Values {

    static final String NONE = "none";

    private static final long GRACE_DAYS_MOST = 30;

    private Values() {}

    /** Reads a number of seconds, minutes, hours or days, like {@code 90s}, {@code 30m}, {@code 24h}, {@code 7d}. Returns seconds. */
    public static JsonNode grace(String text) {
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

    /** A day, which begins at midnight UTC, or an instant. */
    public static final class Time implements ITypeConverter<Instant> {

        @Override
        public Instant convert(String text) {
            Instant time = WrittenTime.timeOrDay(text);
            if (time == null) {
                throw notAllowed(text, "a date like 2026-11-01, or a time like 2026-11-01T12:00:00Z");
            }
            return time;
        }
    }

    private static JsonNode number(long number) {
        return JsonNodeFactory.instance.numberNode(number);
    }

    private static TypeConversionException notAllowed(String text, String allowed) {
        return new TypeConversionException("'" + text + "' is not allowed; allowed is " + allowed + ".");
    }
}
