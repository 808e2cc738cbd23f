package dev.tollgate.pages.dashboard;

import dev.tollgate.books.ledger.SpendWindow;
import dev.tollgate.books.ledger.WindowUse;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.pages.frame.Texts;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key as pages name it.
 *
 * @param badge its class: ok, warn, bad; @param state the word in it
 * @param used when it was used last, in words; @param usedAt the same to the second, null: never
 * @param today what it has taken since midnight in UTC
 * @param warning where most of a limit is used; else null
 */
public record KeyRow(
        String id,
        String name,
        String prefix,
        boolean management,
        boolean disabled,
        String badge,
        String state,
        String used,
        @Nullable String usedAt,
        KeyWindow today,
        @Nullable String warning) {

    static KeyRow of(Key key, Map<SpendWindow, WindowUse> uses, Instant now, ZoneId zone) {
        KeyWindow today = KeyWindow.of(SpendWindow.DAY, key.settings().spend(), uses, now);
        List<KeyWindow> windows = KeyWindow.all(key.settings().spend(), uses, now);
        boolean isFull = windows.stream().anyMatch(KeyWindow::full);
        String state = key.disabled() ? "off" : key.expired(now) ? "expired" : isFull ? "limit reached" : "on";
        Instant used = key.lastUsedAt();
        return new KeyRow(
                key.id(),
                key.settings().name(),
                key.prefix(),
                key.settings().kind() == KeyKind.MANAGEMENT,
                key.disabled(),
                switch (state) {
                    case "on" -> "ok";
                    case "limit reached" -> "warn";
                    case "expired" -> "bad";
                    default -> "";
                },
                state,
                used == null ? "never" : Texts.ago(used, now),
                used == null ? null : Texts.fullTime(used, zone),
                today,
                windows.stream()
                        .filter(KeyWindow::near)
                        .map(window -> warning(key, window))
                        .findFirst()
                        .orElse(null));
    }

    private static String warning(Key key, KeyWindow window) {
        return "'" + key.settings().name() + "' has used " + window.used() + " of " + window.limit() + " credits, "
                + switch (window.name()) {
                    case "Hour" -> "its limit for this hour";
                    case "Day" -> "its limit for today";
                    default -> "its limit in all";
                }
                + (window.freeAgain() == null ? "." : "; " + window.freeAgain() + ".");
    }
}
