package dev.tollgate.pages.dashboard;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.pages.frame.Texts;
import java.time.Instant;
import java.time.ZoneId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A refused call, written out.
 *
 * @param key its name, or what it came from
 * @param message what its caller was told, or what it lacked in the words of pages
 * @param helps where it can be helped, null where nowhere or no more
 */
public record RefusedLine(
        String time,
        String fullTime,
        String key,
        String status,
        String code,
        String route,
        String message,
        String requestId,
        @Nullable Help helps) {

    private static final Pattern NAMES = Pattern.compile("\\{[^}]*}");

    public record Help(String label, String href) {}

    /** @param free the account's credits that can be spent now, in micro-credits */
    static RefusedLine of(RefusedCall call, KeyNames names, long free, Instant now, ZoneId zone) {
        String name = call.keyId().isEmpty() ? "Playground" : names.name(call.keyId());
        return new RefusedLine(
                Texts.time(call.at(), zone),
                Texts.fullTime(call.at(), zone),
                name,
                Integer.toString(call.status()),
                call.code().code(),
                route(call),
                ShortageWords.of(call, name, now),
                call.requestId(),
                help(call.shortage(), call.keyId(), free, now));
    }

    private static @Nullable Help help(@Nullable Shortage shortage, String key, long free, Instant now) {
        return switch (shortage) {
            case null -> null;
            case Shortage.OfCredits credits -> {
                Long least = credits.leastMicros();
                boolean lacks = least == null ? free == 0 : free < least;
                yield lacks ? new Help("Top up", "/dashboard/billing/top-up") : null;
            }
            case Shortage.OfLimit limit -> {
                Instant freesAt = limit.freesAt();
                boolean isOver = freesAt != null && !freesAt.isAfter(now);
                yield limit.isAccounts() || key.isEmpty() || isOver
                        ? null
                        : new Help("Change the limit", "/dashboard/keys/" + key + "#settings");
            }
        };
    }

    /** The address that was asked; what stood in the places of its pattern's names is in the message, where it matters. */
    public static String route(RefusedCall call) {
        return NAMES.matcher(call.route()).replaceAll("…");
    }
}
