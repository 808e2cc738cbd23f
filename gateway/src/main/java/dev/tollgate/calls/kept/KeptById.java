package dev.tollgate.calls.kept;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The routes of kept responses by their ids, for the key that made them and their owner's other keys (E27, E29, Y47). Thread-safe.
 *
 * @param kept the responses of the door
 * @param files with the images of responses
 * @param prefix the beginning of the door's ids
 * @param noun the door's word for a response
 */
public record KeptById(KeptResponses kept, FileAddresses files, String prefix, String noun) {

    /** Finds a response, still packed: what is made of it is made when it is its account's turn. */
    public void found(Exchange exchange, Caller caller, Consumer<KeptResponse> then) {
        String id = exchange.pathParam("id");
        String task = CompletionIds.ofShown(prefix, id);
        Lease memory = exchange.memory();
        exchange.compute(
                () -> task == null
                        ? Optional.<KeptResponse>empty()
                        : Records.read(
                                () -> Optional.ofNullable(kept.find(caller.accountId(), owner(caller), task, memory))),
                found -> found.ifPresentOrElse(then, () -> exchange.fail(notFound(id))));
    }

    /** Refuses to cancel: there are no calls in the background, and the others end when their caller leaves. */
    public Handler<Caller> cancel() {
        return (exchange, caller) -> found(
                exchange,
                caller,
                found -> exchange.fail(ApiError.invalid(
                        null, "Only " + noun + "s that were made with 'background: true' can be cancelled.")));
    }

    /** @param body says that the response with an id is deleted */
    public Handler<Caller> delete(Function<String, byte[]> body) {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            String task = CompletionIds.ofShown(prefix, id);
            exchange.compute(
                    () -> Records.read(() -> task != null && delete(caller, task, exchange.memory())), deleted -> {
                        if (deleted) {
                            exchange.json(200, body.apply(id));
                        } else {
                            exchange.fail(notFound(id));
                        }
                    });
        };
    }

    private boolean delete(Caller caller, String task, Lease memory) {
        KeptResponse found = kept.find(caller.accountId(), owner(caller), task, memory);
        if (found != null) {
            files.kept().forget(caller.accountId(), owner(caller), found.response(memory));
        }
        return kept.delete(caller.accountId(), owner(caller), task);
    }

    /** The gate lets no management key in. */
    private static KeyOwner owner(Caller caller) {
        return Objects.requireNonNull(caller.reads());
    }

    private ApiError notFound(String id) {
        return ApiError.of(
                ErrorCode.TASK_NOT_FOUND,
                "No kept " + noun + " has the id " + MessageText.quoted(id)
                        + ". It may have been made with 'store: false', deleted, or unused for 30 days.");
    }
}
