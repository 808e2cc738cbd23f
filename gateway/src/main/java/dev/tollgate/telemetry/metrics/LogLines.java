package dev.tollgate.telemetry.metrics;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import org.slf4j.LoggerFactory;

/** Counts what is logged, by level. */
final class LogLines extends UnsynchronizedAppenderBase<ILoggingEvent> implements AutoCloseable {

    private final CounterDataPoint errors;
    private final CounterDataPoint warnings;
    private final CounterDataPoint infos;
    private final CounterDataPoint others;

    LogLines(Histograms shapes) {
        Counter lines = shapes.counter("tollgate_log_lines", "Log lines, by level.", "level");
        this.errors = lines.labelValues("error");
        this.warnings = lines.labelValues("warn");
        this.infos = lines.labelValues("info");
        this.others = lines.labelValues("debug");
        setName("metrics");
    }

    void open() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        switch (event.getLevel().toInt()) {
            case Level.ERROR_INT -> errors.inc();
            case Level.WARN_INT -> warnings.inc();
            case Level.INFO_INT -> infos.inc();
            default -> others.inc();
        }
    }

    @Override
    public void close() {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(this);
        stop();
    }
}
