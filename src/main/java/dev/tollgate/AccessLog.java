package dev.tollgate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tollgate.http.Exchange;
import org.slf4j.LoggerFactory;

/** Turns the line for each call on or off. */
final class AccessLog {

    private AccessLog() {}

    static void set(boolean on) {
        Logger logger = (Logger) LoggerFactory.getLogger(Exchange.ACCESS_LOG_NAME);
        logger.setLevel(on ? Level.INFO : Level.OFF);
    }
}
