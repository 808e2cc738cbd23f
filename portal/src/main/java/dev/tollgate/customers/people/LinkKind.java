package dev.tollgate.customers.people;

import java.time.Duration;
import java.util.Locale;

/** The purpose of a link, and its lifetime. */
public enum LinkKind {
    /** Confirms the address of a person, who may be created by it. */
    CONFIRM(Duration.ofHours(24)),
    RESET(Duration.ofMinutes(30)),
    INVITE(Duration.ofDays(7));

    private final Duration good;

    LinkKind(Duration good) {
        this.good = good;
    }

    public Duration good() {
        return good;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static LinkKind parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    String path(String token) {
        return "/" + text() + "/" + token;
    }
}
