package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SseWriter;
import org.jspecify.annotations.Nullable;

/** Writes an answer to its caller. Confined to the exchange's event loop. */
public final class ExchangeOutlet implements Outlet {

    private final Exchange exchange;
    private final StreamForm form;
    private @Nullable SseWriter writer;

    /** @param form of the events, if the response is a stream */
    public ExchangeOutlet(Exchange exchange, StreamForm form) {
        this.exchange = exchange;
        this.form = form;
    }

    @Override
    public void setHeader(String name, String value) {
        exchange.setHeader(name, value);
    }

    @Override
    public void ignore(String fieldPath) {
        exchange.ignore(fieldPath);
    }

    @Override
    public void stream() {
        SseWriter begun = form.isEvents() ? exchange.stream() : exchange.stream(form.contentType());
        if (form.silence() != null) {
            begun.heartbeatAfter(form.silence(), form.heartbeat());
        }
        writer = begun;
    }

    @Override
    public void body(long bytes) {
        writer = exchange.body(form.isEvents() ? "application/json" : form.contentType(), bytes);
    }

    @Override
    public void write(byte[] bytes, int length) {
        begun().write(bytes, length);
    }

    @Override
    public void end(byte[] last, int length) {
        begun().end(last, length);
    }

    @Override
    public void fail(ApiError error) {
        exchange.fail(error);
    }

    @Override
    public int pieceBytes() {
        return begun().pieceBytes();
    }

    @Override
    public boolean full() {
        return begun().full();
    }

    @Override
    public void onDrain(Runnable resume) {
        begun().onDrain(resume);
    }

    @Override
    public void later(Runnable step) {
        exchange.run(step);
    }

    private SseWriter begun() {
        SseWriter known = writer;
        if (known == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return known;
    }
}
