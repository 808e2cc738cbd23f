package dev.tollgate.pages.playground;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.http.ErrorFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The platform's errors with the missing amounts as figures. The page's script sends the figures back unchanged to get a sentence for them: the
 * sentence may come from another server than the refusal, and no server parses sentences.
 */
enum PlaygroundErrors implements ErrorFormat {
    INSTANCE;

    private static final int NAME_MAX = 200;

    @Override
    public byte[] render(ApiError error) {
        byte[] platform = PLATFORM.render(error);
        Shortage shortage = error.shortage();
        if (shortage == null) {
            return platform;
        }
        ObjectNode body = (ObjectNode) ApiJson.MAPPER.readTree(platform);
        write(shortage, body.putObject("shortage"));
        return ApiJson.MAPPER.writeValueAsBytes(body);
    }

    private static void write(Shortage shortage, ObjectNode json) {
        switch (shortage) {
            case Shortage.OfCredits credits -> {
                if (credits.leastMicros() != null) {
                    json.put("least", credits.leastMicros());
                }
                json.put("free", credits.freeMicros()).put("held", credits.heldMicros());
                if (credits.withheld() != null) {
                    write(credits.withheld(), json);
                }
            }
            case Shortage.OfLimit limit -> {
                json.put("window", limit.window().name())
                        .put("owner", limit.owner().kind().name())
                        .put("name", limit.owner().name())
                        .put("limit", limit.limitMicros())
                        .put("used", limit.usedMicros())
                        .put("holds", limit.holdsMicros())
                        .put("held", limit.heldMicros())
                        .put("least", limit.leastMicros());
                if (limit.zone() != null) {
                    json.put("zone", limit.zone().getId());
                }
                if (limit.freesAt() != null) {
                    json.put("frees_at", limit.freesAt().toString());
                }
            }
        }
    }

    private static void write(Shortage.Withheld withheld, ObjectNode json) {
        json.put("grant", withheld.grant())
                .put("of", withheld.model())
                .put("serves", String.join(" ", withheld.models()))
                .put("gives", withheld.limitMicros())
                .put("hours", withheld.hours());
        if (withheld.at() != null) {
            json.put("at", withheld.at().toString());
        }
    }

    private static Shortage.@Nullable Withheld withheld(Function<String, @Nullable String> given) {
        String grant = given.apply("grant");
        String serves = text(given.apply("serves"));
        String at = given.apply("at");
        if (grant == null) {
            return null;
        }
        if (serves.isEmpty() && at == null) {
            throw new IllegalArgumentException("no reason");
        }
        return new Shortage.Withheld(
                micros(grant),
                text(given.apply("of")),
                serves.isEmpty() ? List.of() : List.of(serves.split(" ", -1)),
                micros(given.apply("gives")),
                (int) Math.min(GrantLimits.HOURS_MAX, micros(given.apply("hours"))),
                at == null ? null : Instant.parse(at));
    }

    /** Given back, field by field; null where it is none. @param given a field's text, or null */
    static @Nullable Shortage read(Function<String, @Nullable String> given) {
        try {
            String window = given.apply("window");
            String least = given.apply("least");
            if (window == null) {
                return new Shortage.OfCredits(
                        least == null ? null : micros(least),
                        micros(given.apply("free")),
                        micros(given.apply("held")),
                        withheld(given));
            }
            String freesAt = given.apply("frees_at");
            String zone = given.apply("zone");
            return new Shortage.OfLimit(
                    new Spender(Owner.valueOf(text(given.apply("owner"))), "", text(given.apply("name"))),
                    Shortage.OfLimit.Window.valueOf(window),
                    zone == null ? null : ZoneId.of(zone),
                    micros(given.apply("limit")),
                    micros(given.apply("used")),
                    micros(given.apply("holds")),
                    micros(given.apply("held")),
                    micros(least),
                    freesAt == null ? null : Instant.parse(freesAt));
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text.substring(0, Math.min(text.length(), NAME_MAX));
    }

    private static long micros(@Nullable String text) {
        if (text == null || !text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("no amount");
        }
        return Long.parseLong(text);
    }
}
