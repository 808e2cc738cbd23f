package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key with what it has spent, as pages show it.
 *
 * @param state in a word: on, off, expired, team paused or limit reached
 * @param windows the shortest first
 */
public record KeyRow(Key key, String state, List<KeyWindow> windows) {

    public static KeyRow of(Key key, Map<SpendWindow, WindowUse> uses, Instant now) {
        SpendLimits spend = key.settings().spend();
        List<KeyWindow> windows = KeyWindow.all(spend, uses, now);
        boolean isFull = windows.stream().anyMatch(KeyWindow::full);
        String state = key.disabled()
                ? "off"
                : key.expired(now)
                        ? "expired"
                        : key.pausedTeam() != null ? "team paused" : isFull ? "limit reached" : "on";
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
            case "limit reached", "team paused" -> "warn";
            case "expired" -> "bad";
            default -> "";
        };
    }

    /** Returns the window whose limit is used most; null if there is no limit. */
    public @Nullable KeyWindow fullest() {
        return windows.stream()
                .filter(window -> window.limit() != null)
                .max(Comparator.comparingLong(KeyWindow::percent))
                .orElse(null);
    }

    /** Returns a sentence about the first limit of which most is used; null if there is none. */
    public @Nullable String warning() {
        return windows.stream()
                .filter(KeyWindow::near)
                .map(this::warning)
                .findFirst()
                .orElse(null);
    }

    private String warning(KeyWindow window) {
        String limit =
                switch (window.window()) {
                    case HOUR -> "its limit for this hour";
                    case DAY -> "its limit for today";
                    case WEEK -> "its limit for this week";
                    case MONTH -> "its limit for this month";
                    case TOTAL -> "its total limit";
                };
        return "'" + name() + "' has used " + window.used() + " of " + window.limit() + " credits, " + limit
                + (window.freeAgain() == null ? "." : "; " + window.freeAgain() + ".");
    }
}
