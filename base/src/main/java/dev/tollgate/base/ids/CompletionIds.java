package dev.tollgate.base.ids;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Ids of responses and their tasks (D10): {@code chatcmpl-}, the time in UTC to the second, 9 digits of
 * nanoseconds, 8 alphanumerics. Thread-safe if the random generator is.
 */
public record CompletionIds(InstantSource clock, RandomGenerator random) {

    private static final String PREFIX = "chatcmpl-";
    private static final List<String> SHOWN_PREFIXES = List.of("resp_", "msg_", "task_", "batch_req_", "v1_");
    private static final int RANDOM_CHARS = 8;
    private static final int CHARS = PREFIX.length() + "yyyyMMddHHmmssnnnnnnnnn".length() + RANDOM_CHARS;
    private static final DateTimeFormatter TO_THE_NANOSECOND =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmssnnnnnnnnn", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Returns whether a text may be one. */
    public static boolean isOne(String text) {
        return text.length() == CHARS && text.startsWith(PREFIX);
    }

    /** Returns the id of the task that a door shows behind its own prefix, as in {@code resp_…} (E1); any other text as it is. */
    public static String ofShown(String text) {
        for (String prefix : SHOWN_PREFIXES) {
            if (text.startsWith(prefix)) {
                String id = PREFIX + text.substring(prefix.length());
                return isOne(id) ? id : text;
            }
        }
        return text;
    }

    /** Returns the id of the task that a door shows behind this prefix; null if the text is no such id. */
    public static @Nullable String ofShown(String prefix, @Nullable String text) {
        String task = text == null || !text.startsWith(prefix) ? text : ofShown(text);
        return Objects.equals(task, text) ? null : task;
    }

    /** Returns the time that an id shows, to the second. */
    public static Instant created(String id) {
        int[] at = new int[6];
        int from = PREFIX.length() + 4;
        at[0] = Integer.parseInt(id, PREFIX.length(), from, 10);
        for (int i = 1; i < at.length; i++, from += 2) {
            at[i] = Integer.parseInt(id, from, from + 2, 10);
        }
        return LocalDateTime.of(at[0], at[1], at[2], at[3], at[4], at[5]).toInstant(ZoneOffset.UTC);
    }

    public String next() {
        return next(clock.instant());
    }

    /** Sorts before each id of this time or later, and after each earlier one. */
    public static String earliest(Instant created) {
        return PREFIX + TO_THE_NANOSECOND.format(created);
    }

    /** @param created the time that the id is to show */
    public String next(Instant created) {
        StringBuilder id = new StringBuilder(CHARS).append(PREFIX);
        TO_THE_NANOSECOND.formatTo(created, id);
        Alphanumerics.append(id, RANDOM_CHARS, random);
        return id.toString();
    }
}
