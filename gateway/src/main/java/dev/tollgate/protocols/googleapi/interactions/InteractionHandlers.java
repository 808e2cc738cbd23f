package dev.tollgate.protocols.googleapi.interactions;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.kept.KeptById;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.protocols.door.BackgroundAnswers;
import dev.tollgate.protocols.door.answers.PacedAnswer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** {@code GET} and {@code DELETE …/interactions/{id}} and its {@code cancel} (Y41, Y47). Thread-safe. */
public final class InteractionHandlers {

    private static final String LIST = "{\"steps\":[";

    private final FileAddresses files;
    private final KeptById byId;

    /**
     * @param kept the interactions
     * @param files with their images
     * @param background interactions that are still made
     */
    public InteractionHandlers(KeptResponses kept, FileAddresses files, KeptById.Background background) {
        this.files = files;
        this.byId = new KeptById(kept, files, InteractionRequest.PREFIX, "interaction", background);
    }

    /** Returns the object of an interaction, whose steps begin with the input's. */
    public Handler<Caller> one() {
        return (exchange, caller) -> {
            boolean resumes = exchange.query("last_event_id") != null;
            if (resumes || "true".equals(exchange.query("stream"))) {
                String field = resumes ? "last_event_id" : "stream";
                throw ApiError.invalid(field, field + ": a kept interaction is not streamed again.")
                        .asException();
            }
            byId.found(exchange, caller, kept -> send(exchange, caller, kept), object -> exchange.json(200, object));
        };
    }

    /** Shows the interaction of a request that is repeated with its Idempotency-Key, as it is now. @param task the interaction's id as a task's */
    public void repeat(Exchange exchange, Caller caller, String task) {
        byId.again(exchange, caller, task, kept -> send(exchange, caller, kept), object -> exchange.json(200, object));
    }

    private void send(Exchange exchange, Caller caller, KeptResponse kept) {
        PacedAnswer.sendKept(
                exchange, caller, files, () -> BackgroundAnswers.named(whole(kept, exchange.memory()), kept.callId()));
    }

    /** Returns an interaction whose steps are the steps of the input and then the steps of the response. Both objects begin with their steps. */
    private static byte[] whole(KeptResponse found, Lease memory) {
        byte[] input = found.inputIn("steps", memory);
        byte[] response = found.response(memory);
        int from = LIST.length();
        boolean isFirst = response[from] == ']';
        memory.take((long) input.length + response.length);
        return ByteBuffer.allocate(input.length - 2 + (isFirst ? 0 : 1) + response.length - from)
                .put(input, 0, input.length - 2)
                .put((isFirst ? "" : ",").getBytes(StandardCharsets.US_ASCII))
                .put(response, from, response.length - from)
                .array();
    }

    public Handler<Caller> cancel() {
        return (exchange, caller) -> byId.cancel(exchange, caller, kept -> send(exchange, caller, kept));
    }

    public Handler<Caller> delete() {
        return byId.delete(id -> "{}".getBytes(StandardCharsets.US_ASCII));
    }
}
