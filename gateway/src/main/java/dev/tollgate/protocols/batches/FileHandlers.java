package dev.tollgate.protocols.batches;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.KeyCheck;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import dev.tollgate.http.Parameter;
import dev.tollgate.protocols.batches.ResultFiles.Part;
import dev.tollgate.protocols.batches.ResultFiles.Place;
import dev.tollgate.protocols.batches.ResultFiles.ResultFile;
import dev.tollgate.protocols.openai.FormStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** OpenAI's files (J22): uploads of inputs of batches, lists, contents and deletion of inputs and results. Thread-safe. */
public final class FileHandlers {

    /** The bytes that a form has besides its file. */
    public static final int FORM_BYTES_MAX = 64 * 1024;

    private static final String PREFIX = "file-";
    private static final String RESULTS = "batch_output";

    /** OpenAI's clients may ask for so many; they get fewer, and ask again. */
    private static final Limit LIMIT = Limit.of(10_000, 1_000);

    private static final int PAGE_MAX = 1_000;
    private static final Set<String> ORDERS = Set.of("asc", "desc");

    private final FileStore files;
    private final LargeBodies bodies;
    private final KeyCheck keys;
    private final ResultFiles results;
    private final BiPredicate<String, String> isRead;
    private final long bytesMax;
    private final FileContents contents;

    /**
     * @param keys judge a key again while its upload comes
     * @param results of batches
     * @param isRead whether an open batch of an account reads a file
     * @param bytesMax of a file
     */
    public FileHandlers(
            FileStore files,
            LargeBodies bodies,
            KeyCheck keys,
            ResultFiles results,
            BiPredicate<String, String> isRead,
            long bytesMax) {
        this.files = files;
        this.bodies = bodies;
        this.keys = keys;
        this.results = results;
        this.isRead = isRead;
        this.bytesMax = bytesMax;
        this.contents = new FileContents(files);
    }

    /** A file as callers see it. @param id behind its prefix */
    private record Shown(String id, String name, String purpose, long bytes, long createdAt, long expiresAt) {

        static Shown of(StoredFile file) {
            return new Shown(
                    file.id(),
                    file.announced().about(),
                    file.purpose().code(),
                    file.bytes(),
                    file.createdAt(),
                    file.arrived().expiresAt());
        }

        static Shown of(ResultFile file) {
            return new Shown(file.id(), file.name(), RESULTS, file.bytes(), file.createdAt(), file.expiresAt());
        }

        Place place() {
            return new Place(createdAt, id);
        }

        void write(JsonGenerator json) {
            json.writeStringProperty("id", PREFIX + id);
            json.writeStringProperty("object", "file");
            json.writeNumberProperty("bytes", bytes);
            json.writeNumberProperty("created_at", createdAt / 1000);
            json.writeNumberProperty("expires_at", expiresAt / 1000);
            json.writeStringProperty("filename", name);
            json.writeStringProperty("purpose", purpose);
            json.writeStringProperty("status", "processed");
        }
    }

    // ---- to upload ----

    /** {@code POST} of a form, while it comes. */
    public Handler<Caller> create() {
        return (exchange, caller) -> {
            String type = exchange.header("content-type");
            BodyKind.check(Set.of(BodyKind.MULTIPART), type);
            String length = exchange.header("content-length");
            long announced = length == null ? -1 : Long.parseLong(length);
            if (announced > bytesMax + FORM_BYTES_MAX) {
                throw FileUpload.tooLarge(bytesMax).asException();
            }
            exchange.compute(
                    () -> bodies.paid(caller.accountId()),
                    _ -> upload(exchange, caller, String.valueOf(type), announced));
        };
    }

    private void upload(Exchange exchange, Caller caller, String type, long announced) {
        String address = exchange.remoteAddress();
        String origin = owner(caller).originId();
        Runnable key = () -> Records.read(() -> {
            keys.requireUsable(caller.accountId(), origin, address);
            return true;
        });
        exchange.readWhileItComes(
                (body, memory) -> {
                    memory.take(FormStream.BUFFER_BYTES);
                    FormStream form = new FormStream(body, type);
                    return new FileUpload(files, caller, key, form, bytesMax, announced, memory).read();
                },
                uploaded -> {
                    uploaded.ignored().forEach(exchange::ignore);
                    exchange.json(200, ApiJson.object(512, Shown.of(uploaded.file())::write));
                });
    }

    // ---- to list ----

    /** {@code GET} of the list. */
    public Handler<Caller> all() {
        return (exchange, caller) -> {
            int most = Math.min(PAGE_MAX, LIMIT.read(exchange.query("limit")));
            String order = exchange.query("order") == null ? "desc" : String.valueOf(exchange.query("order"));
            if (!ORDERS.contains(order)) {
                throw Parameter.wrong("order", order, "asc or desc");
            }
            String purpose = exchange.query("purpose");
            String after = exchange.query("after");
            exchange.compute(
                    () -> Records.read(() -> {
                        Place place = after == null || after.isEmpty() ? null : place(caller, after);
                        return page(caller, purpose, new Part(place, order.equals("asc"), most + 1));
                    }),
                    page -> exchange.json(page.size() * 512L, () -> list(page, most)));
        };
    }

    private Place place(Caller caller, String after) {
        Shown file = find(caller, after);
        if (file == null) {
            throw Parameter.wrong("after", after, "the id of a file of the list");
        }
        return file.place();
    }

    private List<Shown> page(Caller caller, @Nullable String purpose, Part part) {
        List<Shown> page = new ArrayList<>();
        KeyOwner reads = owner(caller);
        if (purpose == null || purpose.equals(FilePurpose.BATCH.code())) {
            Place after = part.after() != null ? part.after() : new Place(part.isAscending() ? 0 : Long.MAX_VALUE, "");
            files.inputs()
                    .list(caller.accountId(), reads, after.createdAt(), after.id(), part.isAscending(), part.most())
                    .forEach(file -> page.add(Shown.of(file)));
        }
        if (purpose == null || purpose.equals(RESULTS)) {
            results.list(caller.accountId(), reads, part).forEach(file -> page.add(Shown.of(file)));
        }
        Comparator<Shown> oldest = Comparator.comparing(Shown::createdAt).thenComparing(Shown::id);
        page.sort(part.isAscending() ? oldest : oldest.reversed());
        return page;
    }

    private static byte[] list(List<Shown> page, int most) {
        List<Shown> shown = page.subList(0, Math.min(most, page.size()));
        return ApiJson.object(512 * (1 + shown.size()), json -> {
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            shown.forEach(file -> {
                json.writeStartObject();
                file.write(json);
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeStringProperty(
                    "first_id",
                    shown.isEmpty() ? null : PREFIX + shown.getFirst().id());
            json.writeStringProperty(
                    "last_id", shown.isEmpty() ? null : PREFIX + shown.getLast().id());
            json.writeBooleanProperty("has_more", page.size() > most);
        });
    }

    // ---- of one ----

    /** {@code GET} of one. */
    public Handler<Caller> one() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            exchange.compute(
                    () -> Stream.ofNullable(Records.read(() -> find(caller, id)))
                            .findAny()
                            .orElseThrow(() -> notThere(id).asException()),
                    file -> exchange.json(200, ApiJson.object(512, file::write)));
        };
    }

    private @Nullable Shown find(Caller caller, String id) {
        String bare = bare(id);
        StoredFile input = bare == null ? null : input(caller, bare);
        if (input != null) {
            return Shown.of(input);
        }
        ResultFile result = bare == null ? null : results.find(caller.accountId(), owner(caller), bare);
        return result == null ? null : Shown.of(result);
    }

    private @Nullable StoredFile input(Caller caller, String id) {
        return files.inputs().find(caller.accountId(), owner(caller), id);
    }

    /** {@code GET} of the content of one. */
    public Handler<Caller> content() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            exchange.compute(() -> Records.read(() -> contents(exchange, caller, id)), Runnable::run);
        };
    }

    /** Returns what begins to send a file. */
    private Runnable contents(Exchange exchange, Caller caller, String id) {
        String bare = bare(id);
        StoredFile input = bare == null ? null : input(caller, bare);
        if (input != null) {
            return () -> contents.send(exchange, caller, input);
        }
        KeyOwner reads = owner(caller);
        ResultFile result = bare == null ? null : results.find(caller.accountId(), reads, bare);
        if (result == null) {
            throw notThere(id).asException();
        }
        return () -> contents.send(exchange, caller, results.open(caller.accountId(), reads, result));
    }

    /** {@code DELETE} of one. */
    public Handler<Caller> delete() {
        return (exchange, caller) -> {
            String id = exchange.pathParam("id");
            exchange.compute(() -> Records.read(() -> isDeleted(caller, id)), isGone -> {
                if (!isGone) {
                    throw notThere(id).asException();
                }
                exchange.json(200, ApiJson.object(128, json -> {
                    json.writeStringProperty("id", id);
                    json.writeStringProperty("object", "file");
                    json.writeBooleanProperty("deleted", true);
                }));
            });
        };
    }

    private boolean isDeleted(Caller caller, String id) {
        String bare = bare(id);
        if (bare == null) {
            return false;
        }
        String account = caller.accountId();
        if (input(caller, bare) == null) {
            return results.delete(account, owner(caller), bare);
        }
        if (isRead.test(account, bare)) {
            throw ApiError.invalid(
                            "id",
                            "The file is the input of a batch that has not ended. Cancel the batch, or wait for its end.")
                    .withStatus(409)
                    .asException();
        }
        return files.delete(account, owner(caller), FilePurpose.BATCH, bare);
    }

    private static @Nullable String bare(String id) {
        return id.startsWith(PREFIX) ? id.substring(PREFIX.length()) : null;
    }

    private static ApiError notThere(String id) {
        return ApiError.invalid("id", "There is no file " + MessageText.quoted(id) + ".")
                .withStatus(404);
    }

    /** The gate lets no management key in. */
    private static KeyOwner owner(Caller caller) {
        return Objects.requireNonNull(caller.reads());
    }
}
