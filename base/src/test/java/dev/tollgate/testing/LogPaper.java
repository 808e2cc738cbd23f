package dev.tollgate.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import dev.tollgate.base.log.LogFormat;
import dev.tollgate.base.log.LogOutput;
import dev.tollgate.http.Exchange;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** What an operator would read of what a test's own threads log while it is open: lines as they leave the process. */
public final class LogPaper implements AutoCloseable {

    private final Object scope = TestScope.current();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final LogOutput output = new LogOutput(bytes, InstantSource.system(), System::nanoTime);

    private final Requests requests = new Requests();

    public LogPaper(LogFormat format) {
        output.setContext(root.getLoggerContext());
        output.format(format);
        output.identity(() -> "n1", "1.2.3");
        output.addFilter(new Own());
        output.start();
        root.addAppender(output);
    }

    private final class Own extends Filter<ILoggingEvent> {

        @Override
        public FilterReply decide(ILoggingEvent event) {
            Object logging = TestScope.current();
            boolean isOwn = logging == null || logging == scope;
            // A capture in another class may have turned on levels that operators do not see.
            return isOwn && event.getLevel().isGreaterOrEqual(Level.INFO) ? FilterReply.NEUTRAL : FilterReply.DENY;
        }
    }

    /** Turns on a line for each request, whatever other running classes have set. */
    public LogPaper withRequests() {
        requests.start();
        root.getLoggerContext().addTurboFilter(requests);
        return this;
    }

    private final class Requests extends TurboFilter {

        @Override
        public FilterReply decide(
                Marker marker, Logger logger, Level level, String format, Object[] params, Throwable error) {
            return logger.getName().equals(Exchange.ACCESS_LOG_NAME) && TestScope.current() == scope
                    ? FilterReply.ACCEPT
                    : FilterReply.NEUTRAL;
        }
    }

    public String text() {
        output.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        root.getLoggerContext().getTurboFilterList().remove(requests);
        root.detachAppender(output);
        output.stop();
    }
}
