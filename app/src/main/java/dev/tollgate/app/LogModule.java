package dev.tollgate.app;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.log.LogFormat;
import dev.tollgate.base.log.LogOutput;
import dev.tollgate.http.exchange.AccessLog;

/** The log and the access log, as the settings have them. */
final class LogModule {

    private LogModule() {}

    /** Applies the settings that the log does not ask for each time. */
    static void apply(CurrentSettings settings) {
        AccessLog.set(
                Boolean.TRUE.equals(settings.find(TrafficSettings.ACCESS_LOG)),
                "whole".equals(settings.find(TrafficSettings.LOG_ADDRESSES)));
        LogOutput output = LogOutput.ofProcess();
        if (output != null) {
            output.format("json".equals(settings.find(TrafficSettings.LOG_FORMAT)) ? LogFormat.JSON : LogFormat.TEXT);
        }
    }

    /** Names this server in each line, and applies the settings that are stored, now and whenever they change. */
    static void begin(Ground ground, BooksModule books) {
        LogOutput output = LogOutput.ofProcess();
        if (output != null) {
            output.identity(books.node()::name, Ground.version());
        }
        books.stores().settings().applyTo(ground.current(), LogModule::apply);
    }
}
