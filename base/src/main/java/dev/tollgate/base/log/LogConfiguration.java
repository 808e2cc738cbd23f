package dev.tollgate.base.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.spi.FilterReply;
import dev.tollgate.base.fatal.Fatal;
import java.util.Map;
import org.slf4j.Logger;

/**
 * The log's levels and output. {@link LogProvider} uses it; otherwise the logging library finds it as a service. It is not an XML file, because
 * reading one took a tenth of the start. {@code -Dlogback.configurationFile} replaces it.
 */
public final class LogConfiguration extends ContextAwareBase implements Configurator {

    static final String FILE = "logback.configurationFile";

    private static final Map<String, Level> LIBRARIES = Map.of(
            "com.zaxxer.hikari", Level.WARN,
            // advises to change settings of the pool, which no setting of this program reaches
            "com.zaxxer.hikari.pool.PoolBase", Level.ERROR,
            "com.networknt.schema", Level.OFF); // it logs the content of callers' schemas

    @Override
    public ExecutionStatus configure(LoggerContext log) {
        if (System.getProperty(FILE) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        LogOutput output = new LogOutput();
        output.setContext(log);
        output.setName(LogOutput.NAME);
        // Libraries catch everything and log it; what the process must not outlive ends it there too.
        output.addFilter(new FatalFilter());
        output.start();
        LIBRARIES.forEach((name, level) -> log.getLogger(name).setLevel(level));
        log.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        log.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(output);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Sees what is logged, also by libraries that catch everything: Netty's event loops log an error and go on. */
    private static final class FatalFilter extends Filter<ILoggingEvent> {

        @Override
        public FilterReply decide(ILoggingEvent event) {
            if (event.getThrowableProxy() instanceof ThrowableProxy logged) {
                Fatal.check(logged.getThrowable());
            }
            return FilterReply.NEUTRAL;
        }
    }
}
