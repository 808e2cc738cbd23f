package dev.tollgate.http.exchange;

import dev.tollgate.base.log.CallNotes;
import dev.tollgate.base.log.CallWatch;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.http.Exchange;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line of one request. Written when the request is over and, where it has become a metered call, that is, too: whichever comes later.
 * Confined to the exchange's event loop.
 */
final class AccessLine implements CallWatch {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.ACCESS_LOG_NAME);

    private static volatile boolean wholeAddresses;

    private final Exchange exchange;
    private long firstByteNanos;
    private long bytes;
    private @Nullable String code;
    private @Nullable CallNotes notes;
    private boolean awaited;
    private boolean finished;
    private int status;
    private long millis;

    AccessLine(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Sets whether all lines of this process have whole addresses. */
    static void tellAddresses(boolean whole) {
        wholeAddresses = whole;
    }

    static boolean isOn() {
        return LOG.isInfoEnabled();
    }

    void wrote(int more) {
        if (bytes == 0) {
            firstByteNanos = System.nanoTime();
        }
        bytes += more;
    }

    void failed(String errorCode) {
        code = errorCode;
    }

    @Override
    public void begun() {
        awaited = true;
    }

    @Override
    public boolean wantsNotes() {
        return true;
    }

    @Override
    public void over(CallNotes its) {
        notes = its;
        awaited = false;
        if (finished) {
            write();
        }
    }

    /** The response has been sent, or the caller has disconnected. @param status 0 if there was none */
    void finished(int status, long millis) {
        finished = true;
        this.status = status;
        this.millis = millis;
        if (!awaited) {
            write();
        }
    }

    private void write() {
        if (!isOn()) {
            return;
        }
        String route = exchange.routePattern();
        LogFields.Access line = new LogFields.Access(
                exchange.requestId(),
                exchange.callerAccount(),
                exchange.method(),
                route,
                status,
                millis,
                bytes == 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(firstByteNanos - exchange.startedNanos()),
                bytes,
                address(),
                code,
                notes);
        LOG.info(
                Event.ACCESS,
                "{} {} {} {} ms {}{}",
                exchange.method(),
                route,
                status == 0 ? "gone" : Integer.toString(status),
                millis,
                exchange.requestId(),
                rest(line),
                line);
    }

    private String address() {
        String whole = exchange.remoteAddress();
        return wholeAddresses ? whole : ForwardedFor.cut(whole);
    }

    private static String rest(LogFields.Access line) {
        StringBuilder rest = new StringBuilder(160);
        rest.append(" bytes=").append(line.bytes());
        if (line.firstByteMillis() >= 0) {
            rest.append(" first_byte_ms=").append(line.firstByteMillis());
        }
        rest.append(" address=").append(line.address());
        if (!line.account().isEmpty()) {
            rest.append(" account=").append(line.account());
        }
        if (line.code() != null) {
            rest.append(" code=").append(line.code());
        }
        CallNotes call = line.call();
        if (call != null) {
            rest.append(" task=").append(call.taskId());
            rest.append(" model=").append(call.model());
            rest.append(" channel=").append(call.channel());
            rest.append(" tokens=").append(call.inputTokens()).append('+').append(call.outputTokens());
            rest.append(" microcredits=").append(call.chargedMicrocredits());
            rest.append(" attempts=").append(call.attempts());
        }
        return rest.toString();
    }
}
