package dev.tollgate.sandbox.playback;

import dev.tollgate.sandbox.scripting.Step;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Plays the steps of one answer, each when the one before has been written: so a caller that reads slowly is waited for,
 * and a disconnected caller ends it. Runs on the event loop of its connection.
 */
public final class Playback {

    /** The form in which events become a body. */
    public enum Form {
        /** Server-sent events, ended by CRLF CRLF. */
        EVENTS,
        /** A JSON array, as {@code streamGenerateContent} without {@code alt=sse} answers. */
        ARRAY,
        /** An object, merged of all events. */
        WHOLE
    }

    public static final String HTML =
            "<!DOCTYPE html>\n<html><head><title>502 Server Error</title></head><body><h1>Error: Server"
                    + " Error</h1><p>The server encountered a temporary error.</p></body></html>\n";

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Form form;
    private final Deque<Step> steps;
    private final LongAdder abandoned;
    private final Runnable atEnd;
    private final List<JsonNode> collected = new ArrayList<>();
    private final Sender sender;
    private String tier = "standard";
    private Step.Images images = new Step.Images(0, 0);
    private boolean started;
    private boolean opened;
    private boolean over;

    /** @param atEnd run when the answer has been sent or its caller has gone; perhaps twice */
    public Playback(
            Vertx vertx,
            HttpServerResponse response,
            Form form,
            List<Step> steps,
            LongAdder abandoned,
            Runnable atEnd) {
        this.vertx = vertx;
        this.response = response;
        this.form = form;
        this.steps = new ArrayDeque<>(steps);
        this.abandoned = abandoned;
        this.atEnd = atEnd;
        this.sender = new Sender(vertx, response);
    }

    public void start() {
        if (response.closed()) {
            leave();
        }
        response.closeHandler(closed -> leave());
        response.exceptionHandler(failed -> leave());
        next();
    }

    /** The caller has gone before the end. */
    private void leave() {
        if (!over) {
            finished();
            abandoned.increment();
        }
    }

    private void finished() {
        over = true;
        atEnd.run();
    }

    private void next() {
        if (over) {
            return;
        }
        Step step = steps.poll();
        if (step == null) {
            finish();
            return;
        }
        play(step).onComplete(done -> {
            if (done.succeeded()) {
                vertx.runOnContext(again -> next());
            } else {
                leave();
            }
        });
    }

    private Future<Void> play(Step step) {
        return switch (step) {
            case Step.Event event -> event(event);
            case Step.Delay delay ->
                delay.millis() == 0
                        ? Future.succeededFuture()
                        : vertx.timer(delay.millis()).mapEmpty();
            case Step.Trickle trickle -> said(() -> sender.byteByByte(trickle.millis()));
            case Step.Images form -> said(() -> images = form);
            case Step.Tier named -> said(() -> tier = named.word());
            case Step.Status status -> status(status.code(), status.body());
            case Step.Fault fault -> fault(fault);
        };
    }

    private Future<Void> event(Step.Event event) {
        if (form == Form.WHOLE) {
            collected.add(event.tree());
            return Future.succeededFuture();
        }
        return write(form == Form.EVENTS ? "data: " + event.text() + "\r\n\r\n" : separator() + event.text());
    }

    /** Returns the text before an element of an array. */
    private String separator() {
        String separator = opened ? ",\r\n" : "[";
        opened = true;
        return separator;
    }

    private Future<Void> status(int code, @Nullable JsonNode body) {
        if (started) {
            return write(JsonTrees.pretty(body == null ? GoogleError.of(code).body() : body))
                    .compose(sent -> end());
        }
        finished();
        JsonNode said = body == null ? GoogleError.of(code).body() : body;
        boolean page = said.isString();
        response.setStatusCode(code)
                .putHeader("content-type", page ? "text/html; charset=UTF-8" : "application/json; charset=UTF-8");
        return response.end(page ? said.stringValue() : JsonTrees.pretty(said) + "\n");
    }

    private Future<Void> fault(Step.Fault fault) {
        GoogleError error = GoogleError.of(503);
        return switch (fault) {
            case RESET -> reset();
            case RESET_MID_EVENT -> resetMidEvent();
            case HANG -> vertx.timer(Step.Delay.MILLIS_MAX).compose(fired -> finish());
            case EOF -> finish();
            case ERROR_EVENT ->
                form == Form.WHOLE
                        ? status(error.code(), null)
                        : event(new Step.Fixed(error.body())).compose(sent -> finish());
            case RAW_ERROR_TAIL ->
                form == Form.WHOLE
                        ? status(error.code(), null)
                        : write(JsonTrees.pretty(error.body()) + "\n").compose(sent -> end());
            case HTML -> started ? write(HTML).compose(sent -> end()) : status(502, StringNode.valueOf(HTML));
            case HEADERS -> begin();
            case ONE_BYTE_AT_A_TIME -> said(() -> sender.byteByByte(0));
            case ONE_WRITE -> said(sender::atOnce);
            case SPLIT_UTF8 -> said(sender::inCharacters);
            case GZIP -> said(started ? () -> {} : sender::compressed);
            case JSON_ESCAPES -> said(sender::escaped);
        };
    }

    private static Future<Void> said(Runnable way) {
        way.run();
        return Future.succeededFuture();
    }

    private Future<Void> reset() {
        finished();
        return response.reset().mapEmpty();
    }

    private Future<Void> resetMidEvent() {
        steps.removeIf(step -> !(step instanceof Step.Event));
        String next = steps.poll() instanceof Step.Event event ? event.text() : "{\"candidates\":[{}]}";
        String before = form == Form.EVENTS ? "data: " : form == Form.ARRAY ? separator() : "";
        return begin().compose(begun -> sender.send(FilledText.half(before + next, images)))
                .compose(sent -> reset());
    }

    private Future<Void> finish() {
        return switch (form) {
            case EVENTS -> begin().compose(begun -> end());
            case ARRAY -> write(opened ? "]" : "[]").compose(sent -> end());
            case WHOLE -> whole();
        };
    }

    private Future<Void> whole() {
        JsonNode body = collected.size() == 1 ? collected.getFirst() : Merge.of(collected);
        String text = body.isString() ? body.stringValue() : JsonTrees.pretty(body) + "\n";
        return write(text).compose(sent -> end());
    }

    private Future<Void> end() {
        return sender.flush().compose(sent -> {
            finished();
            return response.end();
        });
    }

    private Future<Void> write(String text) {
        return begin().compose(begun -> sender.send(FilledText.pieces(text, images)));
    }

    private Future<Void> begin() {
        if (!started) {
            started = true;
            response.setChunked(true)
                    .putHeader(
                            "content-type",
                            form == Form.EVENTS ? "text/event-stream" : "application/json; charset=UTF-8");
            if (!tier.isEmpty()) {
                response.putHeader("x-gemini-service-tier", tier);
            }
            return response.writeHead();
        }
        return Future.succeededFuture();
    }
}
