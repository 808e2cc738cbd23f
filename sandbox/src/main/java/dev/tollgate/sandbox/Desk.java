package dev.tollgate.sandbox;

import dev.tollgate.sandbox.files.FileShelf;
import dev.tollgate.sandbox.files.UploadDesk;
import dev.tollgate.sandbox.playback.Playback;
import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.routes.Target;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.sandbox.scripting.Step;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.Replies;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Receives requests: which route, which key, the body, and who answers. Runs on the connection's event loop. */
final class Desk {

    private static final int BODY_BYTES_MAX = 100 << 20;
    private static final int INLINE_BYTES_MAX = 256 << 10; // what is parsed on the event loop
    private static final int RECORDED_BYTES_MAX = 4 << 20;
    private static final GoogleError TOO_LARGE =
            GoogleError.invalid("Request payload size exceeds the limit: " + BODY_BYTES_MAX + " bytes.");

    /** The bytes of a response's step until it is sent; the text that it repeats is charged as the body's. */
    private static final int STEP_BYTES = 256;

    /** The error if there is no room. It is not a 429: after that the gateway would leave the model alone for a while, for all its callers. */
    private static final GoogleError NO_ROOM = GoogleError.of(503);

    private static final GoogleError NOT_THE_GATEWAY =
            GoogleError.forbidden("This sandbox answers only the gateway that started it.");

    private final Vertx vertx;
    private final Planner planner;
    private final Library library;
    private final FileShelf files;
    private final UploadDesk uploads;
    private final RequestRecord record;
    private final ControlDesk control;
    private final @Nullable String key;
    private final BodyRoom room = new BodyRoom(BodyRoom.BYTES_MAX);
    private final LongAdder abandoned = new LongAdder();

    Desk(Vertx vertx, SandboxOptions options) {
        this.vertx = vertx;
        this.files = new FileShelf(
                vertx,
                options.clock(),
                new FileShelf.Settings(options.seed(), options.filesBytesMax(), options.fileProcessingMillis()));
        this.library = new Library(files, options.clock());
        this.planner = new Planner(options, library);
        this.uploads = new UploadDesk(vertx, files);
        this.record = new RequestRecord(options.requestsMax());
        this.control = new ControlDesk(planner, record, options.host());
        this.key = options.key();
    }

    void script(Script script) {
        planner.script(script);
    }

    List<SandboxRequest> requests() {
        return record.list();
    }

    long abandonedAnswers() {
        return abandoned.sum();
    }

    long heldBytes() {
        return room.used();
    }

    FileShelf files() {
        return files;
    }

    void handle(HttpServerRequest request) {
        if (key != null && !CallingProject.has(key, request::getHeader)) {
            Replies.afterBody(request, NOT_THE_GATEWAY);
            return;
        }
        Target target = Target.of(path(request)).orElse(null);
        if (target != null && target.kind() == Target.Kind.UPLOAD && UploadDesk.continues(request)) {
            keep(request, MissingNode.getInstance(), 0);
            uploads.proceed(request);
            return;
        }
        BodyRoom.Share share = room.share();
        readBody(request, share, body -> {
            if (key == null && ControlDesk.isFor(path(request))) {
                control.answer(request, body);
                share.giveBack();
            } else {
                serve(request, target, body, share);
            }
        });
    }

    private static void readBody(HttpServerRequest request, BodyRoom.Share share, Consumer<Buffer> then) {
        if (declaredBytes(request) > BODY_BYTES_MAX) {
            Replies.afterBody(request, TOO_LARGE);
            return;
        }
        AtomicReference<Buffer> read = new AtomicReference<>(Buffer.buffer());
        request.exceptionHandler(gone -> share.giveBack());
        request.handler(part -> {
            if (request.response().ended()) {
                return;
            }
            Buffer body = read.get();
            boolean tooLarge = body.length() + part.length() > BODY_BYTES_MAX;
            if (!tooLarge && share.take(part.length())) {
                body.appendBuffer(part);
            } else {
                share.giveBack();
                request.response().putHeader("connection", "close");
                Replies.answer(request.response(), (tooLarge ? TOO_LARGE : NO_ROOM).asRefusal());
            }
        });
        request.endHandler(end -> {
            if (!request.response().ended()) {
                then.accept(read.getAndSet(Buffer.buffer())); // the request lives until it is answered
            }
        });
    }

    /** Returns the announced length; -1 without one. The server has already rejected an invalid number. */
    private static long declaredBytes(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        return length == null ? -1 : Long.parseLong(length);
    }

    private void serve(HttpServerRequest request, @Nullable Target target, Buffer body, BodyRoom.Share share) {
        Future<Runnable> answer = body.length() <= INLINE_BYTES_MAX
                ? Future.future(promise -> promise.complete(answer(request, target, body, share)))
                : vertx.executeBlocking(() -> answer(request, target, body, share), false);
        answer.map(planned -> {
                    planned.run();
                    return planned;
                })
                .onFailure(failure -> {
                    share.giveBack();
                    refuse(request, failure);
                });
    }

    /** Off the event loop for large bodies: it only reads what cannot change any more. What it returns belongs on the loop. */
    private Runnable answer(HttpServerRequest request, @Nullable Target target, Buffer body, BodyRoom.Share share) {
        byte[] bytes = body.getBytes();
        JsonNode json;
        try {
            json = bytes.length == 0 ? MissingNode.getInstance() : Planner.parse(bytes);
        } catch (GoogleError.Failure e) {
            keep(request, MissingNode.getInstance(), 0);
            CallingProject.of(request::getHeader, target);
            throw e;
        }
        keep(request, json, bytes.length);
        CallingProject caller = CallingProject.of(request::getHeader, target);
        if (target == null) {
            throw GoogleError.of(404).asRefusal();
        }
        boolean post = request.method().equals(HttpMethod.POST);
        if (target.kind() == Target.Kind.UPLOAD && post) {
            return () -> {
                share.giveBack();
                uploads.start(request, caller, json).onFailure(failure -> Replies.answer(request.response(), failure));
            };
        }
        if (post && (target.generates() || target.counts() || target.embeds())) {
            String apiClient = request.getHeader("x-goog-api-client");
            List<Step> steps = planner.plan(
                    target, caller, target.requestType(request::getHeader), apiClient == null ? "" : apiClient, json);
            if (!share.take((long) STEP_BYTES * steps.size())) {
                throw NO_ROOM.asRefusal();
            }
            return () ->
                    new Playback(vertx, request.response(), form(request), steps, abandoned, share::giveBack).start();
        }
        JsonNode answer = library.answer(request.method(), target, caller, request::getParam);
        return () -> {
            share.giveBack();
            Replies.send(request.response(), 200, answer);
        };
    }

    private void keep(HttpServerRequest request, JsonNode json, int bytes) {
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        boolean small = bytes <= RECORDED_BYTES_MAX;
        record.add(
                new SandboxRequest(
                        request.method().name(), request.uri(), headers, small ? json : MissingNode.getInstance()),
                small ? bytes : 0);
    }

    /** Returns the path; empty if the request line has none, as for CONNECT. */
    private static String path(HttpServerRequest request) {
        return String.valueOf(request.path());
    }

    private static Playback.Form form(HttpServerRequest request) {
        if (!path(request).endsWith(":streamGenerateContent")) {
            return Playback.Form.WHOLE;
        }
        return "sse".equals(request.getParam("alt")) ? Playback.Form.EVENTS : Playback.Form.ARRAY;
    }

    private static void refuse(HttpServerRequest request, Throwable failure) {
        GoogleError error = Replies.of(failure);
        HttpServerResponse response = request.response();
        // Without alt=sse even a refusal comes in an array (protocol 1.1).
        boolean array = form(request) == Playback.Form.ARRAY;
        Replies.send(response, error.code(), array ? JsonTrees.array().add(error.body()) : error.body());
    }
}
