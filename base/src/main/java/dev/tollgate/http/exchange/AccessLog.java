package dev.tollgate.http.exchange;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tollgate.http.Exchange;
import org.slf4j.LoggerFactory;

/** Turns the line for each request on or off. */
public final class AccessLog {

    private AccessLog() {}

    /** @param wholeAddresses whether it has callers' addresses, not only their networks */
    public static void set(boolean on, boolean wholeAddresses) {
        AccessLine.tellAddresses(wholeAddresses);
        Logger logger = (Logger) LoggerFactory.getLogger(Exchange.ACCESS_LOG_NAME);
        logger.setLevel(on ? Level.INFO : Level.OFF);
    }
}
