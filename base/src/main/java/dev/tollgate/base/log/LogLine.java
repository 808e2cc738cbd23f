package dev.tollgate.base.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import dev.tollgate.base.host.Printable;
import dev.tollgate.base.host.PrintableThrowable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/** Writes lines in either format. Whatever its parts are from, none of them begins a line of its own or moves a cursor. Thread-safe. */
final class LogLine {

    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT);
    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int LEVEL_CHARS = 5;

    private final PrintableThrowable traces = new PrintableThrowable();

    LogLine() {
        traces.setOptionList(List.of("full"));
        traces.start();
    }

    /**
     * The process that writes the lines.
     *
     * @param node gives nothing where it is not one of several
     */
    record Writer(Supplier<String> node, String version) {

        static final Writer UNKNOWN = new Writer(() -> "", "");
    }

    /** The event of a line. */
    static Event event(ILoggingEvent line) {
        List<Marker> markers = line.getMarkerList();
        return markers != null && !markers.isEmpty() && markers.getFirst() instanceof Event event ? event : Event.NOTE;
    }

    /** @param traced whether with its stack trace */
    String of(ILoggingEvent line, LogFormat format, boolean traced, Writer writer) {
        String message = Printable.line(String.valueOf(line.getFormattedMessage()));
        IThrowableProxy thrown = line.getThrowableProxy();
        if (thrown != null && !traced) {
            message += " (" + Printable.line(shortly(thrown)) + ")";
        }
        String trace = thrown == null || !traced ? "" : traces.convert(line);
        return switch (format) {
            case TEXT -> text(line.getInstant(), line.getLevel(), line.getLoggerName(), message) + trace;
            case JSON -> {
                String whole = trace.isEmpty() ? message : message + "\n" + trace.stripTrailing();
                yield json(line.getInstant(), line.getLevel(), event(line), whole, fields(line), writer);
            }
        };
    }

    /** Returns one of our own lines. */
    String of(Instant at, Event event, String message, LogFormat format, Writer writer) {
        return format == LogFormat.TEXT
                ? text(at, Level.WARN, "log", message)
                : json(at, Level.WARN, event, message, null, writer);
    }

    private String text(Instant at, Level level, String logger, String message) {
        String name = level.toString();
        return LOCAL.format(at.atZone(ZoneId.systemDefault())) + " " + name
                + " ".repeat(Math.max(0, LEVEL_CHARS - name.length())) + " "
                + logger.substring(logger.lastIndexOf('.') + 1) + ": " + message + "\n";
    }

    /** The cause at the bottom says what is wrong. */
    private static String shortly(IThrowableProxy thrown) {
        IThrowableProxy bottom = bottom(thrown);
        String name = bottom.getClassName();
        return name.substring(name.lastIndexOf('.') + 1) + ": " + bottom.getMessage();
    }

    static IThrowableProxy bottom(IThrowableProxy thrown) {
        IThrowableProxy bottom = thrown;
        for (int i = 0; i < 20 && bottom.getCause() != null; i++) { // one may be its own
            bottom = bottom.getCause();
        }
        return bottom;
    }

    private static @Nullable LogFields fields(ILoggingEvent line) {
        Object[] arguments = line.getArgumentArray();
        if (arguments != null) {
            for (int i = arguments.length - 1; i >= 0; i--) {
                if (arguments[i] instanceof LogFields fields) {
                    return fields;
                }
            }
        }
        return null;
    }

    private static String json(
            Instant at, Level level, Event event, String message, @Nullable LogFields fields, Writer writer) {
        JsonLine json = new JsonLine();
        json.text("time", UTC.format(at));
        json.text("level", level.toString().toLowerCase(Locale.ROOT));
        json.text("event", event.word());
        json.text("message", message);
        json.known("node", writer.node().get());
        json.known("version", writer.version());
        switch (fields) {
            case LogFields.About about -> {
                json.known("request_id", about.requestId());
                json.known("task_id", about.taskId());
                json.known("account", about.account());
                json.known("model", about.model());
                json.known("channel", about.channel());
            }
            case LogFields.Access access -> access(json, access);
            case null -> {}
        }
        return json.end();
    }

    private static void access(JsonLine json, LogFields.Access access) {
        json.known("request_id", access.requestId());
        CallNotes call = access.call();
        if (call != null) {
            json.known("task_id", call.taskId());
        }
        json.known("account", access.account());
        json.text("route", access.method() + " " + access.route());
        if (access.status() > 0) {
            json.number("status", access.status());
        }
        json.number("ms", access.millis());
        if (call != null) {
            json.known("model", call.model());
            json.known("channel", call.channel());
        }
        json.known("code", access.code());
        json.number("bytes", access.bytes());
        if (access.firstByteMillis() >= 0) {
            json.number("first_byte_ms", access.firstByteMillis());
        }
        json.known("address", access.address());
        if (call != null) {
            json.number("input_tokens", call.inputTokens());
            json.number("output_tokens", call.outputTokens());
            json.number("charged_microcredits", call.chargedMicrocredits());
            json.number("attempts", call.attempts());
        }
    }
}
