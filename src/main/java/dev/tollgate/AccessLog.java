package dev.tollgate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tollgate.http.AccessLine;
import dev.tollgate.http.Exchange;
import org.slf4j.LoggerFactory;

/** Turns the line for each request on or off. */
final class AccessLog {

    private AccessLog() {}

    /** @param wholeAddresses whether it tells callers' addresses, not their networks alone */
    static void set(boolean on, boolean wholeAddresses) {
        AccessLine.tellAddresses(wholeAddresses);
        Logger logger = (Logger) LoggerFactory.getLogger(Exchange.ACCESS_LOG_NAME);
        logger.setLevel(on ? Level.INFO : Level.OFF);
    }
}
