package dev.tollgate.calls.kept;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.replay.IdempotencyKey;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The routes of kept responses by their ids, for the key that made them and their owner's other keys (E27, E29, Y47). Thread-safe.
 *
 * @param kept the responses of the door
 * @param files with the images of responses
 * @param prefix the beginning of the door's ids
 * @param noun the door's word for a response
 * @param background the door's responses that are still made, or could not be
 */
public record KeptById(KeptResponses kept, FileAddresses files, String prefix, String noun, Background background) {

    /** Responses that are made in the background, before they are kept. Its methods block. */
    public interface Background {

        /**
         * Returns the object that stands for a response; null if there is none.
         *
         * @param task the response's id as a task's
         * @param memory charged before anything is read
         */
        byte @Nullable [] find(String accountId, KeyOwner reads, String task, Lease memory);

        /** Returns the body of its request; null if there is none. Parameters as above. */
        byte @Nullable [] request(String accountId, KeyOwner reads, String task, Lease memory);

        /** Cancels it, and waits a few seconds for its end. Returns the object, or null; parameters as above. */
        byte @Nullable [] cancel(String accountId, KeyOwner reads, String task, Lease memory);

        /** Cancels and forgets it. @return whether there was one */
        boolean delete(String accountId, KeyOwner reads, String task);
    }

    /** A kept response, or the object of a response that is not kept. */
    private record Found(@Nullable KeptResponse kept, byte @Nullable [] object) {}

    /** Finds the object or the request of a response that is not kept: {@link Background#find}, or another of its methods. */
    @FunctionalInterface
    private interface Other {
        byte @Nullable [] of(String accountId, KeyOwner reads, String task, Lease memory);
    }

    /**
     * Finds a response, still packed: what is made of it is made when it is its account's turn.
     *
     * @param others takes the object of a response that is not kept
     */
    public void found(Exchange exchange, Caller caller, Consumer<KeptResponse> then, Consumer<byte[]> others) {
        find(exchange, caller, background::find, then, others);
    }

    /** Finds a response, or the body of its request while the response is not kept. */
    public void foundInput(Exchange exchange, Caller caller, Consumer<KeptResponse> then, Consumer<byte[]> bodies) {
        find(exchange, caller, background::request, then, bodies);
    }

    /** Finds the response of a request that is repeated with its Idempotency-Key. Parameters as for {@link #found}. */
    public void again(
            Exchange exchange, Caller caller, String task, Consumer<KeptResponse> then, Consumer<byte[]> others) {
        find(
                exchange,
                caller,
                task,
                background::find,
                then,
                others,
                () -> ApiError.invalid(
                        IdempotencyKey.HEADER,
                        "The " + noun
                                + " of this Idempotency-Key is not kept any more. A new request needs a new key."));
    }

    private void find(
            Exchange exchange, Caller caller, Other other, Consumer<KeptResponse> then, Consumer<byte[]> others) {
        String id = exchange.pathParam("id");
        find(exchange, caller, CompletionIds.ofShown(prefix, id), other, then, others, () -> notFound(id));
    }

    private void find(
            Exchange exchange,
            Caller caller,
            @Nullable String task,
            Other other,
            Consumer<KeptResponse> then,
            Consumer<byte[]> others,
            Supplier<ApiError> absent) {
        Lease memory = exchange.memory();
        exchange.compute(
                () -> task == null
                        ? new Found(null, null)
                        : Records.read(() -> found(caller.accountId(), owner(caller), task, memory, other)),
                found -> {
                    if (found.kept() != null) {
                        then.accept(found.kept());
                    } else if (found.object() != null) {
                        others.accept(found.object());
                    } else {
                        exchange.fail(absent.get());
                    }
                });
    }

    /** A response may be kept between the two looks. */
    private Found found(String accountId, KeyOwner owner, String task, Lease memory, Other other) {
        KeptResponse its = kept.find(accountId, owner, task, memory);
        byte[] object = its == null ? other.of(accountId, owner, task, memory) : null;
        return new Found(its == null && object == null ? kept.find(accountId, owner, task, memory) : its, object);
    }

    /**
     * Cancels a response in the background. One that has ended stays as it is; others end when their caller leaves.
     *
     * @param shown shows a kept response
     */
    public void cancel(Exchange exchange, Caller caller, Consumer<KeptResponse> shown) {
        find(
                exchange,
                caller,
                background::cancel,
                found -> {
                    if (found.callId() == null) {
                        exchange.fail(ApiError.invalid(
                                null, "Only " + noun + "s that were made with 'background: true' can be cancelled."));
                    } else {
                        shown.accept(found);
                    }
                },
                object -> exchange.json(200, object));
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
        boolean wasInBackground =
                background.delete(caller.accountId(), owner(caller), task); // from now on it is not kept
        KeptResponse found = kept.find(caller.accountId(), owner(caller), task, memory);
        if (found != null) {
            files.kept().forget(caller.accountId(), owner(caller), found.response(memory));
        }
        return kept.delete(caller.accountId(), owner(caller), task) || wasInBackground;
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
