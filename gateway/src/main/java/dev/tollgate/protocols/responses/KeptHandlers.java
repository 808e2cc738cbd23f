package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.kept.KeptById;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import dev.tollgate.protocols.door.BackgroundAnswers;
import dev.tollgate.protocols.door.answers.PacedAnswer;
import java.util.Set;

/** {@code GET} and {@code DELETE /v1/responses/{id}}, its {@code input_items} and {@code cancel}. */
public final class KeptHandlers {

    private static final Limit LIMIT = Limit.of(100, 20);
    private static final Set<String> ORDERS = Set.of("asc", "desc");

    private final FileAddresses files;
    private final KeptById byId;

    /**
     * @param files with the images of responses
     * @param background responses that are still made
     */
    public KeptHandlers(KeptResponses kept, FileAddresses files, KeptById.Background background) {
        this.files = files;
        this.byId = new KeptById(kept, files, KeptIds.RESPONSE, "response", background);
    }

    /** Returns the object of a response as it was sent as JSON. */
    public Handler<Caller> one() {
        return (exchange, caller) -> {
            if ("true".equals(exchange.query("stream"))) {
                throw ApiError.invalid("stream", "'stream' must be false: a kept response is not streamed again.")
                        .asException();
            }
            if (exchange.query("starting_after") != null) {
                throw ApiError.invalid(
                                "starting_after",
                                "'starting_after' is not supported: a response is not streamed again. Get the whole response.")
                        .asException();
            }
            byId.found(exchange, caller, kept -> send(exchange, caller, kept), object -> exchange.json(200, object));
        };
    }

    /** Shows the response of a request that is repeated with its Idempotency-Key, as it is now. @param task the response's id as a task's */
    public void repeat(Exchange exchange, Caller caller, String task) {
        byId.again(exchange, caller, task, kept -> send(exchange, caller, kept), object -> exchange.json(200, object));
    }

    private void send(Exchange exchange, Caller caller, KeptResponse kept) {
        PacedAnswer.sendKept(
                exchange,
                caller,
                files,
                () -> BackgroundAnswers.named(kept.response(exchange.memory()), kept.callId()));
    }

    public Handler<Caller> inputItems() {
        return (exchange, caller) -> {
            int limit = LIMIT.read(exchange.query("limit"));
            String order = exchange.query("order") == null ? "desc" : String.valueOf(exchange.query("order"));
            if (!ORDERS.contains(order)) {
                throw ApiError.invalid(
                                "order", "'order' must be 'asc' or 'desc', got " + MessageText.quoted(order) + ".")
                        .asException();
            }
            String after = exchange.query("after");
            InputItems.Page page = new InputItems.Page(limit, order.equals("asc"), after);
            byId.foundInput(
                    exchange,
                    caller,
                    kept -> exchange.json(kept.bytes(), () -> InputItems.page(kept, page, exchange.memory())),
                    body -> exchange.json(
                            body.length,
                            () -> InputItems.page(exchange.pathParam("id"), body, page, exchange.memory())));
        };
    }

    public Handler<Caller> cancel() {
        return (exchange, caller) -> byId.cancel(exchange, caller, kept -> send(exchange, caller, kept));
    }

    public Handler<Caller> delete() {
        return byId.delete(id -> ApiJson.object(128, json -> {
            json.writeStringProperty("id", id);
            json.writeStringProperty("object", "response");
            json.writeBooleanProperty("deleted", true);
        }));
    }
}
