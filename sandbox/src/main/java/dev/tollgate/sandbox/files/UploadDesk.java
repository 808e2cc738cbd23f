package dev.tollgate.sandbox.files;

import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.ProtoMessageReader;
import dev.tollgate.sandbox.wire.Replies;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The resumable upload of the Files API (protocol 1.9): a start, which needs a key, gives a URL; pieces are sent there and need none.
 * Pieces go to disk as they come, as fast as the disk takes them. Runs on the connection's event loop.
 */
public record UploadDesk(Vertx vertx, FileShelf shelf) {

    private static final String GRANULARITY_BYTES = "262144";
    private static final String STATUS = "x-goog-upload-status";
    private static final String NO_SUCH_UPLOAD = "Upload not found: it has ended, was cancelled or never began.";

    /** Returns whether a request goes on with an upload, and has no JSON as its body. */
    public static boolean continues(HttpServerRequest request) {
        return request.getParam("upload_id") != null;
    }

    /**
     * Begins an upload.
     *
     * @throws GoogleError.Failure if the headers or the description do not do
     */
    public Future<Void> start(HttpServerRequest request, CallingProject caller, JsonNode body) {
        GoogleError.require(
                "resumable".equalsIgnoreCase(request.getHeader("x-goog-upload-protocol"))
                        && commands(request).equals(Set.of("start")),
                "The sandbox takes resumable uploads only: X-Goog-Upload-Protocol: resumable, X-Goog-Upload-Command:"
                        + " start.");
        ObjectNode described =
                body.isMissingNode() ? JsonTrees.object() : ProtoMessageReader.read("CreateFileRequest", body, false);
        JsonNode file = described.path("file");
        String mimeType =
                orElse(request.getHeader("x-goog-upload-header-content-type"), () -> JsonTrees.text(file, "mimeType"));
        GoogleError.require(!mimeType.isBlank(), "* CreateFileRequest.file.mime_type: the type is not specified.");
        String displayName = JsonTrees.text(file, "displayName");
        long bytes = length(request.getHeader("x-goog-upload-header-content-length"));
        return shelf.begin(caller, JsonTrees.text(file, "name"), displayName, mimeType, bytes)
                .compose(upload -> {
                    String url = baseUrl(request) + "/upload/v1beta/files?upload_id="
                            + upload.plan().id() + "&upload_protocol=resumable";
                    return request.response()
                            .putHeader("x-goog-upload-url", url)
                            .putHeader("x-goog-upload-control-url", url)
                            .putHeader("x-goog-upload-chunk-granularity", GRANULARITY_BYTES)
                            .putHeader(STATUS, "active")
                            .putHeader("content-type", "application/json; charset=UTF-8")
                            .end();
                });
    }

    /** Takes a piece, or does what else a command says. */
    public void proceed(HttpServerRequest request) {
        Set<String> commands = commands(request);
        Upload upload =
                shelf.upload(String.valueOf(request.getParam("upload_id"))).orElse(null);
        if (upload == null) {
            Replies.afterBody(request, GoogleError.notFound(NO_SUCH_UPLOAD));
        } else if (commands.equals(Set.of("query"))) {
            request.endHandler(end -> active(request.response(), upload));
        } else if (commands.equals(Set.of("cancel")) && upload.take()) {
            shelf.drop(upload);
            request.endHandler(
                    end -> request.response().putHeader(STATUS, "cancelled").end());
        } else if (!commands.isEmpty() && Set.of("upload", "finalize").containsAll(commands)) {
            receive(request, upload, commands);
        } else {
            Replies.afterBody(
                    request, GoogleError.invalid("Unknown X-Goog-Upload-Command: " + String.join(", ", commands)));
        }
    }

    private void receive(HttpServerRequest request, Upload upload, Set<String> commands) {
        if (!upload.take()) {
            Replies.afterBody(request, GoogleError.invalid("Another request is sending to this upload."));
            return;
        }
        long offset = length(request.getHeader("x-goog-upload-offset"));
        if (commands.contains("upload") && offset != upload.bytes()) {
            upload.giveBack();
            request.response().putHeader(STATUS, "active").putHeader("x-goog-upload-size-received", size(upload));
            Replies.afterBody(
                    request,
                    GoogleError.invalid(
                            "Invalid X-Goog-Upload-Offset: " + offset + "; received so far: " + upload.bytes() + "."));
            return;
        }
        request.pause();
        vertx.fileSystem()
                .open(upload.plan().content().toString(), new OpenOptions().setRead(false))
                .compose(file -> {
                    file.setWritePos(upload.bytes());
                    return write(request, upload, file).eventually(file::close);
                })
                .onComplete(whole -> {
                    if (whole.failed()) {
                        shelf.drop(upload);
                        Replies.answer(request.response(), whole.cause());
                    } else if (whole.result() && commands.contains("finalize")) {
                        complete(request, upload);
                    } else {
                        upload.giveBack();
                        active(request.response(), upload);
                    }
                });
    }

    /** Returns whether all came; a caller who goes in the middle may come back for the rest. */
    private Future<Boolean> write(HttpServerRequest request, Upload upload, AsyncFile file) {
        Promise<Boolean> done = Promise.promise();
        request.handler(piece -> accept(request, upload, file, piece, done));
        request.endHandler(end -> done.tryComplete(true));
        request.exceptionHandler(gone -> done.tryComplete(false));
        file.exceptionHandler(done::tryFail);
        request.resume();
        return done.future();
    }

    private void accept(HttpServerRequest request, Upload upload, AsyncFile file, Buffer piece, Promise<Boolean> done) {
        if (done.future().isComplete()) {
            return;
        }
        long declared = upload.plan().declaredBytes();
        long after = upload.bytes() + piece.length();
        boolean tooLong = after > FileShelf.FILE_BYTES_MAX || declared >= 0 && after > declared;
        if (tooLong || !shelf.reserve(piece.length())) {
            GoogleError error = tooLong
                    ? GoogleError.invalid("More bytes than were announced: " + Math.max(declared, 0) + ".")
                    : GoogleError.storageFull();
            request.response().putHeader("connection", "close");
            done.tryFail(error.asRefusal());
            return;
        }
        upload.accept(piece.getBytes());
        file.write(piece).onFailure(done::tryFail);
        if (file.writeQueueFull()) {
            request.pause();
            file.drainHandler(drained -> request.resume());
        }
    }

    private void complete(HttpServerRequest request, Upload upload) {
        long declared = upload.plan().declaredBytes();
        if (declared >= 0 && upload.bytes() != declared) {
            shelf.drop(upload);
            Replies.answer(
                    request.response(),
                    GoogleError.invalid("Fewer bytes than were announced: " + upload.bytes() + " of " + declared + ".")
                            .asRefusal());
            return;
        }
        shelf.finish(upload, baseUrl(request))
                .ifPresentOrElse(
                        file -> Replies.send(
                                request.response().putHeader(STATUS, "final"),
                                200,
                                JsonTrees.object().set("file", file.describe(file.createdAt()))),
                        () -> Replies.answer(
                                request.response(),
                                GoogleError.notFound(NO_SUCH_UPLOAD).asRefusal()));
    }

    private static void active(HttpServerResponse response, Upload upload) {
        if (!response.closed() && !response.ended()) {
            response.putHeader(STATUS, "active")
                    .putHeader("x-goog-upload-size-received", size(upload))
                    .end();
        }
    }

    private static String size(Upload upload) {
        return Long.toString(upload.bytes());
    }

    private static Set<String> commands(HttpServerRequest request) {
        String header = request.getHeader("x-goog-upload-command");
        List<String> words = header == null
                ? List.of()
                : List.of(header.toLowerCase(Locale.ROOT).split(",", -1));
        return words.stream().map(String::strip).filter(word -> !word.isEmpty()).collect(Collectors.toSet());
    }

    private static long length(@Nullable String header) {
        boolean number = header != null && header.matches("\\d{1,18}");
        return number ? Long.parseLong(header) : -1;
    }

    private static String orElse(@Nullable String header, Supplier<String> otherwise) {
        return header == null || header.isBlank() ? otherwise.get() : header;
    }

    /** Returns the base URL under the name by which the caller reached the sandbox. */
    static String baseUrl(HttpServerRequest request) {
        return request.scheme() + "://" + request.authority();
    }
}
