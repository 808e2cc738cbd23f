package dev.tollgate.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** Silences the log lines of a test's own threads while it is open; classes that run at the same time still log. */
public final class Silence extends TurboFilter implements AutoCloseable {

    private final Object scope = TestScope.current();
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    public Silence() {
        setContext(context);
        start();
        context.addTurboFilter(this);
    }

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] params, Throwable error) {
        return TestScope.current() == scope ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    @Override
    public void close() {
        context.getTurboFilterList().remove(this);
        stop();
    }
}
