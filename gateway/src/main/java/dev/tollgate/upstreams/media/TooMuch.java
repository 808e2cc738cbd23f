package dev.tollgate.upstreams.media;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An account wants more at once, or in so short a time, than one may. Has no stack trace: it is an answer, not a fault of ours. */
final class TooMuch extends Exception {

    private final transient @Nullable Duration comeBack;

    /** @param comeBack when there is more for it; null where that is not known */
    TooMuch(@Nullable Duration comeBack) {
        super("too much for one account", null, false, false);
        this.comeBack = comeBack;
    }

    @Nullable
    Duration comeBack() {
        return comeBack;
    }
}
