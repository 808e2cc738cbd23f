package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileLimits;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Lists, shows and deletes the stored files of one purpose that a key may read, as Google does. Thread-safe.
 *
 * @param list the name of the list
 * @param pageDefault the files of a page
 * @param notThere the refusal of an id
 * @param tree Google's object of a file
 */
public record StoredFileRoutes(
        FileStore files,
        FilePurpose purpose,
        String list,
        int pageDefault,
        int pageMax,
        Function<String, ApiError> notThere,
        BiFunction<StoredFile, Exchange, ObjectNode> tree) {

    /** {@code GET} of the list. */
    public Handler<Caller> all() {
        return (exchange, caller) -> {
            int from = GoogleModelsHandler.number("page_token", exchange.query("pageToken"), 0, FileLimits.SHARE_FILES);
            int size = GoogleModelsHandler.number("page_size", exchange.query("pageSize"), pageDefault, pageMax);
            int most = Math.max(1, size);
            exchange.compute(
                    () -> Records.read(() -> files.list(caller.accountId(), owner(caller), purpose, from, most + 1)),
                    rest -> GoogleModelsHandler.page(
                            exchange, list, rest, from, most, file -> tree.apply(file, exchange)));
        };
    }

    /** {@code GET} of one. */
    public Handler<Caller> one() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            exchange.compute(
                    () -> find(caller.accountId(), owner(caller), id),
                    file -> exchange.json(200, GoogleJson.bytes(tree.apply(file, exchange))));
        };
    }

    /** Finds what a key may use. Blocks. @throws dev.tollgate.base.error.ApiException if it is not there */
    StoredFile find(String accountId, KeyOwner reads, String id) {
        return Records.read(() -> Optional.ofNullable(files.find(accountId, reads, purpose, id))
                .filter(StoredFile::isWhole)
                .orElseThrow(() -> notThere.apply(id).asException()));
    }

    /** {@code DELETE} of one. */
    public Handler<Caller> delete() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            exchange.compute(
                    () -> Records.read(() -> files.delete(caller.accountId(), owner(caller), purpose, id)), isGone -> {
                        if (isGone) {
                            exchange.json(200, GoogleJson.bytes(JsonNodeFactory.instance.objectNode()));
                        } else {
                            exchange.fail(notThere.apply(id));
                        }
                    });
        };
    }

    /** The gate lets no management key in. */
    static KeyOwner owner(Caller caller) {
        return Objects.requireNonNull(caller.reads());
    }
}
