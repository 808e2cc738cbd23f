package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code GET} and {@code DELETE /v1/responses/{id}}, its {@code input_items} and {@code cancel}: kept responses, for the key that made them and their owner's other
 * keys (E27, E29).
 */
public record KeptHandlers(KeptResponses kept) {

    private static final Limit LIMIT = Limit.of(100, 20);
    private static final Set<String> ORDERS = Set.of("asc", "desc");

    /** Returns the object of a response as it was sent as JSON. */
    public Handler<Caller> one() {
        return (exchange, caller) -> {
            if ("true".equals(exchange.query("stream"))) {
                throw ApiError.invalid("stream", "'stream' must be false: a kept response is not streamed again.")
                        .asException();
            }
            found(
                    exchange,
                    caller,
                    kept -> exchange.json(kept.rest().plainBytes(), () -> kept.response(exchange.memory())));
        };
    }

    public Handler<Caller> inputItems() {
        return (exchange, caller) -> {
            int limit = LIMIT.read(exchange.query("limit"));
            String order = exchange.query("order") == null ? "desc" : String.valueOf(exchange.query("order"));
            if (!ORDERS.contains(order)) {
                throw ApiError.invalid("order", "'order' must be 'asc' or 'desc', got " + Shown.quoted(order) + ".")
                        .asException();
            }
            String after = exchange.query("after");
            InputItems.Page page = new InputItems.Page(limit, order.equals("asc"), after);
            found(
                    exchange,
                    caller,
                    kept -> exchange.json(kept.bytes(), () -> InputItems.page(kept, page, exchange.memory())));
        };
    }

    /** Refuses to cancel: there are no calls in the background, and the others end when their caller leaves. */
    public Handler<Caller> cancel() {
        return (exchange, caller) -> found(
                exchange,
                caller,
                kept -> exchange.fail(ApiError.invalid(
                        null, "Only responses that were made with 'background: true' can be cancelled.")));
    }

    public Handler<Caller> delete() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            String task = KeptIds.task(id);
            exchange.compute(
                    () -> Records.read(() -> task != null && kept.delete(caller.accountId(), owner(caller), task)),
                    deleted -> {
                        if (deleted) {
                            exchange.json(200, ApiJson.object(128, json -> {
                                json.writeStringProperty("id", id);
                                json.writeStringProperty("object", "response");
                                json.writeBooleanProperty("deleted", true);
                            }));
                        } else {
                            exchange.fail(notFound(id));
                        }
                    });
        };
    }

    /** Finds a response, still packed: what is made of it is made when it is its account's turn. */
    private void found(Exchange exchange, Caller caller, Consumer<KeptResponse> then) {
        String id = exchange.pathParam("id");
        String task = KeptIds.task(id);
        Lease memory = exchange.memory();
        exchange.compute(
                () -> task == null
                        ? Optional.<KeptResponse>empty()
                        : Records.read(
                                () -> Optional.ofNullable(kept.find(caller.accountId(), owner(caller), task, memory))),
                found -> found.ifPresentOrElse(then, () -> exchange.fail(notFound(id))));
    }

    /** The gate lets no management key in. */
    private static KeyOwner owner(Caller caller) {
        return Objects.requireNonNull(caller.reads());
    }

    private static ApiError notFound(String id) {
        return ApiError.of(
                ErrorCode.TASK_NOT_FOUND,
                "No kept response has the id " + Shown.quoted(id)
                        + ". It may have been made with 'store: false', deleted, or unused for 30 days.");
    }
}
