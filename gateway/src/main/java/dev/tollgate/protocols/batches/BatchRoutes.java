package dev.tollgate.protocols.batches;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.replay.IdempotencyKey;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.calls.replay.Sha256;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange.Accepted;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/batches}, without estimates (J24). Thread-safe.
 *
 * @param door reads labels
 * @param bodies refuses accounts that cannot pay
 * @param runner runs what is accepted
 * @param isOn whether batches can be created here
 */
public record BatchRoutes(
        Jobs jobs,
        Batches batches,
        FileStore files,
        BatchDoor door,
        LargeBodies bodies,
        Daily daily,
        CompletionIds ids,
        InstantSource clock,
        Runner runner,
        boolean isOn) {

    private static final Limit LIMIT = Limit.of(100, 20);
    private static final String AFTER = "after";
    private static final String RETRIES = "x-stainless-retry-count";

    /** SDKs repeat a creation whose answer was lost, and send no key with it. */
    private static final Duration REPEATED = Duration.ofMinutes(5);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** The server's runner of batches. */
    public interface Runner {

        /** Looks for what was accepted. Does not block. */
        void wake();

        /** Cancels a batch, if this server runs it. Does not block. */
        void cancel(String id);
    }

    /** Limits creations and estimates of an account together (J23). */
    public record Daily(Allowances allowances, Writer writer) {

        private static final int MOST = 200;

        private List<Allowance> its(String accountId) {
            return List.of(allowances.of("batches", accountId, MOST, Duration.ofDays(1)));
        }

        /** @throws dev.tollgate.base.error.ApiException 429 if the account has no more */
        void require(String accountId) {
            refuse(allowances.wait(its(accountId)));
        }

        /** Uses one. @throws dev.tollgate.base.error.ApiException as above */
        void use(String accountId) {
            refuse(allowances.use(writer, its(accountId)));
        }

        /** Uses one, if there is one left. */
        void count(String accountId) {
            allowances.use(writer, its(accountId));
        }

        private static void refuse(Duration wait) {
            if (wait.isPositive()) {
                throw ApiError.later(
                                "The account has created or estimated %d batches within a day, which is the most."
                                        .formatted(MOST),
                                wait)
                        .asException();
            }
        }
    }

    // ---- to create ----

    /** {@code POST}. */
    public Handler<KeyCaller> create() {
        return (exchange, caller) -> {
            if (!isOn) {
                throw ApiError.invalid(
                                null,
                                "Batches are off on this server. Send the requests one by one, with \"service_tier\": \"flex\" if they may wait.")
                        .withStatus(404)
                        .asException();
            }
            String name = IdempotencyKey.hash(exchange.headers(IdempotencyKey.HEADER));
            boolean isRepeated = isAboveZero(exchange.header(RETRIES));
            var labels = door.calls().labels(caller, new Door.OfExchange(exchange));
            exchange.read(
                    body -> new Creation(
                            BatchRequest.creation(body, door.limits(), exchange.memory()),
                            new BatchDetails(null, labels),
                            Sha256.of("batches", body),
                            name,
                            isRepeated),
                    creation -> exchange.compute(() -> Records.read(() -> created(caller, creation)), batch -> {
                        creation.request().ignored().forEach(exchange::ignore);
                        exchange.json(200, batch);
                    }));
        };
    }

    /**
     * A creation that was read.
     *
     * @param details with the labels alone
     * @param nameHash of the Idempotency-Key; null without one
     * @param isRepeated whether the client says that it has sent the same before
     */
    private record Creation(
            BatchRequest request,
            BatchDetails details,
            String bodyHash,
            @Nullable String nameHash,
            boolean isRepeated) {

        byte[] kept() {
            return new BatchDetails(request.metadata(), details.labels()).bytes();
        }
    }

    private static boolean isAboveZero(@Nullable String header) {
        return header != null && header.matches("[1-9][0-9]{0,8}");
    }

    private byte[] created(KeyCaller caller, Creation creation) {
        String before = before(caller, creation);
        return shown(caller.accountId(), owner(caller), before == null ? accepted(caller, creation) : before);
    }

    /** Returns the batch that the same creation has made before; null without one (J9). */
    private @Nullable String before(KeyCaller caller, Creation creation) {
        String origin = owner(caller).originId();
        if (creation.nameHash() != null) {
            Accepted found = jobs.before(caller.accountId(), origin, creation.nameHash(), creation.bodyHash());
            return found == null ? null : id(found, "");
        }
        return creation.isRepeated()
                ? batches.madeOf(
                        caller.accountId(),
                        origin,
                        creation.bodyHash(),
                        clock.instant().minus(REPEATED))
                : null;
    }

    private String accepted(KeyCaller caller, Creation creation) {
        String account = caller.accountId();
        bodies.requireBalanceLater(account, 1);
        BatchRequest request = creation.request();
        StoredFile input = input(account, owner(caller), request.inputId());
        daily.require(account);
        Instant until = clock.instant().plus(Job.OPEN_MAX).plus(request.resultsKept());
        if (!files.inputs().keep(input, owner(caller), until)) {
            throw noInput(request.inputId()).asException();
        }
        String id = ids.next();
        Accepted accepted = batches.accept(
                id,
                account,
                owner(caller),
                creation.nameHash(),
                creation.bodyHash(),
                request.endpoint().path(),
                input.id(),
                request.resultsKept(),
                creation.kept());
        String its = id(accepted, id);
        if (its.equals(id)) {
            daily.count(account); // what was refused uses none
            runner.wake();
        }
        return its;
    }

    /** @param id of the new batch */
    private static String id(Accepted accepted, String id) {
        return switch (accepted) {
            case Accepted.Now _ -> id;
            case Accepted.Before before -> before.id();
            case Accepted.OtherBody _ ->
                throw IdempotencyKey.usedForAnotherBody().asException();
            case Accepted.TooMany full ->
                throw ApiError.later(
                                "The account has %d batches that have not ended, which is the most."
                                        .formatted(full.openMax()),
                                MINUTE)
                        .asException();
            case Accepted.TooLarge full ->
                throw ApiError.later(
                                "The requests and results of the account's batches and background responses take %d MiB, which is the most. Delete result files, or wait."
                                        .formatted(full.bytesMax() >> 20),
                                MINUTE)
                        .asException();
            case Accepted.NoAccount _ ->
                throw ApiError.of(ErrorCode.INVALID_API_KEY, "The account of this API key is deleted.")
                        .asException();
        };
    }

    private StoredFile input(String accountId, KeyOwner reads, String id) {
        return input(files, accountId, reads, id);
    }

    /** Finds the input of a batch. @throws dev.tollgate.base.error.ApiException 404 if the key can read none of that id */
    static StoredFile input(FileStore files, String accountId, KeyOwner reads, String id) {
        StoredFile found = files.find(accountId, reads, FilePurpose.BATCH, id);
        if (found == null || !found.isWhole()) {
            throw noInput(id).asException();
        }
        return found;
    }

    private static ApiError noInput(String id) {
        return ApiError.invalid(
                        "input_file_id",
                        "'input_file_id': there is no file %s with purpose batch."
                                .formatted(MessageText.quoted(BatchIds.FILE + id)))
                .withStatus(404);
    }

    // ---- to read ----

    /** {@code GET} of all, the newest first. */
    public Handler<Caller> all() {
        return (exchange, caller) -> {
            int limit = LIMIT.read(exchange.query("limit"));
            String after = exchange.query(AFTER);
            exchange.compute(() -> Records.read(() -> page(caller, after, limit)), page -> exchange.json(200, page));
        };
    }

    private byte[] page(Caller caller, @Nullable String after, int limit) {
        String account = caller.accountId();
        KeyOwner reads = reads(caller);
        Batch last = after == null ? null : found(account, reads, after, AFTER);
        List<Batch> more = batches.list(account, reads, last, limit + 1);
        List<Batch> page = more.subList(0, Math.min(limit, more.size()));
        return ApiJson.object(2_048, json -> {
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            for (Batch batch : page) {
                json.writeStartObject();
                object(batch).members(json);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringProperty("first_id", page.isEmpty() ? null : shownId(page.getFirst()));
            json.writeStringProperty("last_id", page.isEmpty() ? null : shownId(page.getLast()));
            json.writeBooleanProperty("has_more", more.size() > limit);
        });
    }

    private static String shownId(Batch batch) {
        return BatchLine.PREFIX + BatchIds.chars(batch.id());
    }

    /** {@code GET} of one. */
    public Handler<Caller> one() {
        return withId((caller, id) -> shown(caller.accountId(), reads(caller), id));
    }

    /** {@code POST …/cancel}: returns the batch as it is after the wish. */
    public Handler<Caller> cancel() {
        return withId((caller, id) -> {
            if (jobs.cancel(caller.accountId(), reads(caller), id, false) == Cancelled.RUNNING) {
                runner.cancel(id);
            }
            return shown(caller.accountId(), reads(caller), id);
        });
    }

    @FunctionalInterface
    private interface OfOne {
        byte[] shown(Caller caller, String id);
    }

    /** A job of another kind is no batch: it is found before anything is done with it. */
    private Handler<Caller> withId(OfOne work) {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            exchange.compute(
                    () -> Records.read(() -> work.shown(
                            caller,
                            found(caller.accountId(), reads(caller), id, null).id())),
                    object -> exchange.json(200, object));
        };
    }

    private byte[] shown(String accountId, KeyOwner reads, String job) {
        Batch batch = batches.find(accountId, reads, job);
        if (batch == null) {
            throw notThere(BatchLine.PREFIX + BatchIds.chars(job), null).asException();
        }
        return object(batch).bytes();
    }

    private BatchObject object(Batch batch) {
        byte[] details = batches.details(batch);
        return new BatchObject(batch, details == null ? null : BatchDetails.of(details));
    }

    /** @param param the field with the id; null for the path */
    private Batch found(String accountId, KeyOwner reads, String id, @Nullable String param) {
        String job = BatchIds.job(id);
        Batch batch = job == null ? null : batches.find(accountId, reads, job);
        if (batch == null) {
            throw notThere(id, param).asException();
        }
        return batch;
    }

    private static ApiError notThere(String id, @Nullable String param) {
        return ApiError.invalid(param, "There is no batch " + MessageText.quoted(id) + ".")
                .withStatus(404);
    }

    private static KeyOwner owner(KeyCaller caller) {
        return caller.key().owner();
    }

    /** The gate lets no management key in. */
    private static KeyOwner reads(Caller caller) {
        return Objects.requireNonNull(caller.reads());
    }
}
