package dev.tollgate.protocols.batches;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.protocols.batches.BatchDoor.Found;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.KeptHead;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/batches/estimate}: what a batch would cost, without making it (J28). Thread-safe.
 *
 * @param workers check inputs, one of an account at a time
 */
public record BatchEstimates(BatchDoor door, FileStore files, BatchRoutes.Daily daily, Workers workers)
        implements Handler<KeyCaller> {

    private static final Duration SOON = Duration.ofSeconds(10);

    /** Returns threads that check inputs, which keeps a core busy for seconds. To be closed by the caller. */
    public static Workers threads() {
        FairTurns.Bounds bounds = Workers.halfOfTheCores(64, 2);
        return new Workers(bounds, Workers.threads("estimate-batch", 0));
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        Map<String, java.util.List<String>> labels = door.calls().labels(caller, new Door.OfExchange(exchange));
        exchange.read(
                body -> BatchRequest.estimate(body, door.limits(), exchange.memory()),
                request -> exchange.compute(() -> Records.read(() -> input(caller, request)), input -> {
                    request.ignored().forEach(exchange::ignore);
                    begin(exchange, caller, request.endpoint(), new KeptHead(labels), input);
                }));
    }

    private StoredFile input(KeyCaller caller, BatchRequest request) {
        StoredFile input =
                BatchRoutes.input(files, caller.accountId(), caller.key().owner(), request.inputId());
        daily.use(caller.accountId());
        return input;
    }

    private void begin(Exchange exchange, KeyCaller caller, Endpoint endpoint, KeptHead head, StoredFile input) {
        Workers.Job<byte[]> job =
                workers.start(caller.accountId(), unwanted -> estimate(endpoint, caller, head, input, unwanted));
        if (job == null) {
            throw ApiError.later("Too many batches are being estimated at the moment.", SOON)
                    .asException();
        }
        exchange.onGone(job::cancel);
        job.result()
                .whenComplete((object, fault) -> exchange.run(() -> {
                    if (object != null) {
                        exchange.json(200, object);
                    } else {
                        exchange.fail(fault == null ? new IllegalStateException("no estimate") : fault);
                    }
                }));
    }

    private byte[] estimate(
            Endpoint endpoint, KeyCaller caller, KeptHead head, StoredFile input, BooleanSupplier unwanted) {
        try (InputStream lines = files.pieces().from(input, 0)) {
            Found found = door.check(endpoint, caller, head, lines, unwanted);
            return object(found == null ? null : found.findings());
        } catch (StoreException e) {
            throw Records.unreadable(e).asException();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param found null for a caller who has left */
    private static byte[] object(@Nullable Findings found) {
        if (found == null) {
            throw ApiError.of(ErrorCode.INTERNAL_ERROR, "The estimate was given up.")
                    .asException();
        }
        Map<String, Integer> tiers = new TreeMap<>(Map.of("flex", 0, "standard", 0));
        tiers.putAll(found.tiers());
        return ApiJson.object(1_024, json -> {
            json.writeStringProperty("object", "batch.estimate");
            json.writeNumberProperty("lines", found.lines());
            json.writeNumberProperty("refused", found.refused());
            ApiJson.credits(json, "min_credits", found.isUnfit() ? null : found.minMicros());
            ApiJson.credits(json, "max_credits", found.isUnfit() ? null : found.maxMicros());
            json.writeObjectPropertyStart("tiers");
            tiers.forEach(json::writeNumberProperty);
            json.writeEndObject();
            BatchObject.writeNotes(json, found.notes());
            json.writeName("errors");
            if (found.faults().isEmpty()) {
                json.writeNull();
            } else {
                BatchObject.writeErrors(json, found.faults());
            }
        });
    }
}
