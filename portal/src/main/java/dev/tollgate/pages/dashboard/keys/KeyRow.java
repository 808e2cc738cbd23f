package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A key with what it has spent, as pages show it.
 *
 * @param state in a word: on, off, expired or team paused
 * @param windows the shortest first
 */
public record KeyRow(Key key, String state, List<KeyWindow> windows) {

    public static KeyRow of(Key key, Map<SpendWindow, WindowUse> uses, Instant now) {
        SpendLimits spend = key.settings().spend();
        List<KeyWindow> windows = KeyWindow.all(spend, uses, now);
        String state =
                key.disabled() ? "off" : key.expired(now) ? "expired" : key.pausedTeam() != null ? "team paused" : "on";
        return new KeyRow(key, state, windows);
    }

    public String name() {
        return key.settings().name();
    }

    public boolean management() {
        return key.settings().kind() == KeyKind.MANAGEMENT;
    }

    /** Returns the style of the state. */
    public String badge() {
        return switch (state) {
            case "on" -> "ok";
            case "team paused" -> "warn";
            case "expired" -> "bad";
            default -> "";
        };
    }
}
