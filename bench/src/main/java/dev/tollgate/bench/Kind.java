package dev.tollgate.bench;

import java.util.Locale;

/** What one exchange looks like; the mock tells them apart by the upstream model in the path, so that it need not read the body. */
enum Kind {
    /** One answer of about 1 KB in one event, asked for without streaming. */
    CALL(1, 0),
    /** Fifty text events in one write. */
    BURST(50, 0),
    /** Fifty text events, each in a write of its own. */
    PACED(50, 10),
    /** Twenty-five text events likewise and then silence: nothing but its caller's departure ends it. */
    LEAVE(25, 10),
    /** Eighty text events, a quarter of a second apart, each with the moment at which it was sent: one of thousands at once. */
    CROWD(80, 250);

    private final int events;
    private final int gapMillis;

    Kind(int events, int gapMillis) {
        this.events = events;
        this.gapMillis = gapMillis;
    }

    /** The id both as the gateway sells it and as the upstream knows it. */
    String model() {
        return "bench-" + label();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Upstream events in one answer. CPU per event is always counted over these, however many chunks they become. */
    int events() {
        return events;
    }

    int gapMillis() {
        return gapMillis;
    }

    boolean streaming() {
        return this != CALL;
    }

    /** Whether its caller leaves it, so that what is measured is not the answer but how soon the upstream hears of it. */
    boolean leaving() {
        return this == LEAVE;
    }

    /** Whether each event tells when it was sent, so that what is measured is how long it was under way. */
    boolean stamped() {
        return this == CROWD;
    }

    /**
     * After how many texts the caller of a call that is left goes. By turns between two events, where a server's next write may tell it too,
     * and with the last event before the silence, where only the closed connection can.
     */
    int textsBeforeLeaving(long number) {
        return number % 2 == 0 ? events : events / 2;
    }

    static Kind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
