package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.customers.keys.KeyStanding;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import java.time.Instant;

/** A key as pages show it. */
public record KeyRow(Key key, KeyStanding standing) {

    public static KeyRow of(Key key, Instant now) {
        return new KeyRow(key, KeyStanding.of(key, now));
    }

    public boolean isOn() {
        return standing == KeyStanding.ACTIVE;
    }

    /** Returns the state in a word: on, off, expired or team paused. */
    public String state() {
        return standing.word().said();
    }

    public String name() {
        return key.settings().name();
    }

    public boolean management() {
        return key.settings().kind() == KeyKind.MANAGEMENT;
    }

    /** Returns the style of the state. */
    public String badge() {
        return switch (standing) {
            case ACTIVE -> "ok";
            case TEAM_PAUSED -> "warn";
            case EXPIRED -> "bad";
            case DISABLED -> "";
        };
    }
}
