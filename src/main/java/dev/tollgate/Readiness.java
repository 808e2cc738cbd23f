package dev.tollgate;

import dev.tollgate.log.Event;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether calls can be taken, for who asks; why they cannot stands in the log, once. Thread-safe; waits for nothing. */
final class Readiness implements BooleanSupplier {

    private static final Logger log = LoggerFactory.getLogger(Readiness.class);

    private final Supplier<@Nullable String> complaints;
    private final AtomicReference<@Nullable String> told = new AtomicReference<>();

    /** @param complaints what is wrong, or null */
    Readiness(Supplier<@Nullable String> complaints) {
        this.complaints = complaints;
    }

    @Override
    public boolean getAsBoolean() {
        String now = complaints.get();
        if (!Objects.equals(told.getAndSet(now), now)) {
            if (now == null) {
                log.warn(Event.READY, "the server is ready again");
            } else {
                log.warn(Event.NOT_READY, "the server is not ready: {}", now);
            }
        }
        return now == null;
    }
}
