package dev.tollgate.base.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Connects the logging interface with the logging library by name. To look for either among the services of all libraries, each of which has to be opened
 * for it, took a fifteenth of a start.
 */
public final class LogProvider implements SLF4JServiceProvider {

    /** The SLF4J version that this class implements. */
    private static final String INTERFACE_VERSION = "2.0.99";

    private final LoggerContext context = new LoggerContext();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();

    /** Installs this provider, unless a system property names another one. Call it before anything is logged. */
    public static void use() {
        if (System.getProperty("slf4j.provider") == null && System.getProperty(LogConfiguration.FILE) == null) {
            System.setProperty("slf4j.provider", LogProvider.class.getName());
            System.setProperty("slf4j.internal.verbosity", "WARN"); // otherwise it reports that it read the property
        }
    }

    @Override
    public void initialize() {
        context.setName("default");
        context.setMDCAdapter(mdc);
        LogConfiguration configuration = new LogConfiguration();
        configuration.setContext(context);
        configuration.configure(context);
        context.start();
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return context;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return mdc;
    }

    @Override
    public String getRequestedApiVersion() {
        return INTERFACE_VERSION;
    }
}
