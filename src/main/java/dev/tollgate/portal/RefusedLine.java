package dev.tollgate.portal;

import dev.tollgate.pages.Texts;
import dev.tollgate.refused.RefusedCall;
import java.time.ZoneId;

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

    static RefusedLine of(RefusedCall call, KeyNames names, ZoneId zone) {
        return new RefusedLine(
                Texts.time(call.at(), zone),
                Texts.fullTime(call.at(), zone),
                call.keyId().isEmpty() ? "playground" : names.name(call.keyId()),
                Integer.toString(call.status()),
                call.code().code(),
                call.route(),
                call.message(),
                call.requestId());
    }
}
