package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.frame.Cell;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The texts of a refused call as a row of a table. Pure. */
public final class RefusedLine {

    private static final Pattern NAMES = Pattern.compile("\\{[^}]*}");

    private RefusedLine() {}

    /** The help with a refusal. */
    public record Help(String label, String href) {}

    /** Returns the name of the key, or what the call came from. */
    public static String key(RefusedCall call, KeyNames names) {
        return call.keyId().isEmpty() ? "Playground" : names.name(call.keyId());
    }

    /**
     * Returns where it can be helped; null where nowhere, or no more.
     *
     * @param free the account's credits that can be spent now, in micro-credits
     */
    public static @Nullable Help help(RefusedCall call, long free, Instant now) {
        return help(call.shortage(), call.keyId(), free, now);
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
                yield limit.owner().kind() != Owner.KEY || key.isEmpty() || isOver
                        ? null
                        : new Help("Change the limit", "/dashboard/keys/" + key + "#settings");
            }
        };
    }

    /** Returns why a call was refused, with the help if there is any. */
    public static Cell reason(RefusedCall call, String words, @Nullable Help help) {
        Cell cell = Cell.of(words);
        return (help == null ? cell : cell.linked(help.href(), help.label()))
                .under(route(call) + " · " + call.requestId());
    }

    /** The address that was asked; what stood in the places of its pattern's names is in the message, where it matters. */
    private static String route(RefusedCall call) {
        return NAMES.matcher(call.route()).replaceAll("…");
    }
}
