package dev.tollgate.host;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** Writes the message of a log line, whoever its parts are from; named in logback.xml. */
public final class PrintableMessage extends MessageConverter {

    @Override
    public String convert(ILoggingEvent event) {
        return Printable.line(super.convert(event));
    }
}
