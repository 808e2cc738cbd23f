package dev.tollgate.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Everything that a test's own threads log while it is open, the program's own debug lines included. */
public final class LogCapture extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private static int open;

    private final Object scope = TestScope.current();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger own = (Logger) LoggerFactory.getLogger("dev.tollgate");
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

    public LogCapture() {
        setContext(root.getLoggerContext());
        start();
        count(1);
        root.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        Object logging = TestScope.current();
        if (logging != null && logging != scope) {
            return; // of another class that runs at the same time
        }
        lines.add(event.getFormattedMessage());
        events.add(event);
        for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
            lines.add(cause.getClassName() + ": " + cause.getMessage());
        }
    }

    public String text() {
        return String.join("\n", lines);
    }

    /** Returns the lines of level ERROR. */
    public List<String> errors() {
        return events.stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** What the lines of an event name besides their sentences. */
    public List<LogFields.About> about(Event of) {
        return events.stream()
                .filter(event ->
                        event.getMarkerList() != null && event.getMarkerList().contains(of))
                .flatMap(event -> Arrays.stream(event.getArgumentArray()))
                .filter(LogFields.About.class::isInstance)
                .map(LogFields.About.class::cast)
                .toList();
    }

    @Override
    public void close() {
        root.detachAppender(this);
        count(-1);
        stop();
    }

    private void count(int more) {
        synchronized (LogCapture.class) {
            open += more;
            own.setLevel(open > 0 ? Level.DEBUG : null);
        }
    }
}
