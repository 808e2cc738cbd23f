package dev.tollgate.portal;

import dev.tollgate.pages.Texts;
import dev.tollgate.refused.RefusedCall;
import java.time.ZoneId;
import java.util.regex.Pattern;

/** A refused call, written out. @param key its name, or what it came from */
public record RefusedLine(
        String time,
        String fullTime,
        String key,
        String status,
        String code,
        String route,
        String message,
        String requestId) {

    private static final Pattern NAMES = Pattern.compile("\\{[^}]*}");

    static RefusedLine of(RefusedCall call, KeyNames names, ZoneId zone) {
        return new RefusedLine(
                Texts.time(call.at(), zone),
                Texts.fullTime(call.at(), zone),
                call.keyId().isEmpty() ? "Playground" : names.name(call.keyId()),
                Integer.toString(call.status()),
                call.code().code(),
                route(call),
                call.message(),
                call.requestId());
    }

    /** The address that was asked; what stood in the places of its pattern's names is in the message, where it matters. */
    public static String route(RefusedCall call) {
        return NAMES.matcher(call.route()).replaceAll("…");
    }
}
