package dev.tollgate.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
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
            return; // of a class that runs beside this one
        }
        lines.add(event.getFormattedMessage());
        for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
            lines.add(cause.getClassName() + ": " + cause.getMessage());
        }
    }

    public String text() {
        return String.join("\n", lines);
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
