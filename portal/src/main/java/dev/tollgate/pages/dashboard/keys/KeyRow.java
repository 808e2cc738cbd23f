package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import java.time.Instant;

/**
 * A key as pages show it.
 *
 * @param state in a word: on, off, expired or team paused
 */
public record KeyRow(Key key, String state) {

    public static KeyRow of(Key key, Instant now) {
        String state =
                key.disabled() ? "off" : key.expired(now) ? "expired" : key.pausedTeam() != null ? "team paused" : "on";
        return new KeyRow(key, state);
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
