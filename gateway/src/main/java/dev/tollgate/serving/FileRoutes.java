package dev.tollgate.serving;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.FileLimits;
import dev.tollgate.calls.files.KeyCheck;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Caller;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.WhileBooksAnswer;
import dev.tollgate.jobs.Batches;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.protocols.batches.FileHandlers;
import dev.tollgate.protocols.batches.ResultViews;
import dev.tollgate.protocols.googleapi.FilesHandler;
import dev.tollgate.protocols.googleapi.GenerateErrors;
import dev.tollgate.storage.secrets.SecretBox;
import java.time.Duration;
import java.util.List;

/** The routes of files: Google's, OpenAI's, and the paths that both have, where the key's header says which is meant. */
final class FileRoutes {

    private static final String SHARED = "/v1/files";

    /** The time that an upload may take. */
    private static final Duration UPLOAD = Duration.ofHours(1);

    private final CallDoors doors;
    private final CallBooks books;
    private final FilesHandler google;
    private final FileHandlers openAi;

    FileRoutes(CallDoors doors, CallBooks books, FileAddresses images, SecretBox secrets, Batches batches) {
        this.doors = doors;
        this.books = books;
        KeyCheck keys = (account, origin, address) ->
                KeyGate.requireUsable(books.stores().keys().successor(account, origin), address);
        this.google = new FilesHandler(images, doors.bodies(), keys, secrets, doors.reading());
        this.openAi = new FileHandlers(
                images.files(),
                doors.bodies(),
                keys,
                new ResultViews(batches, images.files(), doors.ground().clock()),
                batches::reads,
                FileLimits.FILE_BYTES_MAX);
    }

    /** Adds OpenAI's paths. Of those that Google has, too, the forms without {@code /v1}. */
    void openAi(List<Route<?>> routes, KeyGate key) {
        KeyGate gate = key.orAsAnyClient().forModels();
        Route<?> upload = Route.post("/files", whileBooksAnswer(gate), onlyOpenAi(openAi.create()))
                .taking(BodyKind.MULTIPART)
                .streaming((int) FileLimits.FILE_BYTES_MAX + FileHandlers.FORM_BYTES_MAX, UPLOAD)
                .withErrors(CallRoutes.OF_CLIENT);
        RouteList.api(routes, upload);
        RouteList.api(
                routes,
                Route.get("/files/{id}/content", gate, onlyOpenAi(openAi.content()))
                        .withErrors(CallRoutes.OF_CLIENT));
        routes.add(Route.get("/files", key.forModels(), openAi.all()));
        routes.add(Route.get("/files/{id}", key.forModels(), openAi.one()));
        routes.add(Route.delete("/files/{id}", key.forModels(), openAi.delete()));
        routes.add(Route.get(SHARED, gate, ofClient(google.stored().all(), openAi.all()))
                .withErrors(CallRoutes.OF_CLIENT));
        routes.add(Route.get(SHARED + "/{id}", gate, ofClient(google.stored().one(), openAi.one()))
                .withErrors(CallRoutes.OF_CLIENT));
        routes.add(Route.delete(SHARED + "/{id}", gate, ofClient(google.stored().delete(), openAi.delete()))
                .withErrors(CallRoutes.OF_CLIENT));
    }

    /** Adds Google's lists of files at a path, unless OpenAI's are there, too. */
    void google(List<Route<?>> routes, String path, KeyGate key) {
        if (path.equals(SHARED)) {
            return;
        }
        ErrorFormat errors = GenerateErrors.OBJECT;
        routes.add(Route.get(path, key, google.stored().all()).withErrors(errors));
        routes.add(Route.get(path + "/{id}", key, google.stored().one()).withErrors(errors));
        routes.add(Route.delete(path + "/{id}", key, google.stored().delete()).withErrors(errors));
    }

    /** Adds Google's uploads at a path. */
    void uploads(List<Route<?>> routes, String path, KeyGate key) {
        routes.add(Route.post(path, whileBooksAnswer(key), google.start())
                .taking(BodyKind.ANY)
                .withBodyGate((exchange, caller) -> () -> doors.bodies().paid(caller.accountId()))
                .withErrors(GenerateErrors.OBJECT));
        routes.add(Route.post(path + "/{upload}", whileBooksAnswer(google.uploads()), google.upload())
                .taking(BodyKind.ANY)
                .withBodyGate((exchange, caller) -> () -> doors.bodies().paid(caller.accountId()))
                .withErrors(GenerateErrors.OBJECT));
    }

    private <C> Gate<C> whileBooksAnswer(Gate<C> gate) {
        return new WhileBooksAnswer<>(gate, books.writer()::refuses);
    }

    private static Handler<Caller> ofClient(Handler<Caller> google, Handler<Caller> openAi) {
        Handler<Caller> others = onlyOpenAi(openAi);
        return (exchange, caller) -> (KeyGate.isOfGooglesClient(exchange) ? google : others).handle(exchange, caller);
    }

    private static Handler<Caller> onlyOpenAi(Handler<Caller> openAi) {
        return (exchange, caller) -> {
            if (KeyGate.isOfGooglesClient(exchange)) {
                throw unserved("Google's clients upload files at /upload/v1beta/files and read them by their address.");
            }
            if (KeyGate.isOfAnthropicsClient(exchange)) {
                throw unserved("Anthropic's files are not served here: send files within the request.");
            }
            openAi.handle(exchange, caller);
        };
    }

    private static RuntimeException unserved(String message) {
        return ApiError.of(ErrorCode.INVALID_REQUEST, message).withStatus(404).asException();
    }
}
