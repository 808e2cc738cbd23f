package dev.tollgate.running;

import dev.tollgate.base.log.Event;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done again and again, on a thread of its own each time.
 *
 * @param name the name of these threads
 */
public record Sweep(String name, Duration every, Runnable work) {

    private static final Logger log = LoggerFactory.getLogger(Sweep.class);

    /** Does the work. If the database fails, the next time goes on. */
    public void run() {
        try {
            work.run();
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "{} was not done; trying again next time: {}", name, e.getMessage());
        }
    }
}
