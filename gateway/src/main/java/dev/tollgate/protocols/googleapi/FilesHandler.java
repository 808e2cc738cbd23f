package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.FileLimits;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.KeyCheck;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.calls.files.UploadedFiles;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Handler;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.storage.secrets.SecretBox;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Google's Files API (Y32): resumable uploads, as Google's clients make them, lists, and deletion. An upload begins with a key; its pieces go to an
 * address that needs none and that no one can guess. The offset of the next piece is the stored file's, so any server can take it. Thread-safe.
 */
public final class FilesHandler {

    private static final String COMMAND = "x-goog-upload-command";
    private static final String STATUS = "x-goog-upload-status";
    private static final String RECEIVED = "x-goog-upload-size-received";
    private static final String LENGTH = "x-goog-upload-header-content-length";
    private static final Pattern UPLOAD = Pattern.compile("([A-Za-z0-9_]{1,64})-([0-9a-f]{32})-([0-9a-f]{32})");
    private static final Pattern TYPE = Pattern.compile("[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}");
    private static final int MAC_BYTES = 16;
    private static final int NAME_CHARS_MAX = 512;
    private static final int PAGE_DEFAULT = 10;
    private static final int PAGE_MAX = 100;

    private final FileAddresses addresses;
    private final FileStore files;
    private final LargeBodies bodies;
    private final KeyCheck keys;
    private final SecretBox secrets;
    private final ReadLimits limits;

    public FilesHandler(
            FileAddresses addresses, LargeBodies bodies, KeyCheck keys, SecretBox secrets, ReadLimits limits) {
        this.addresses = addresses;
        this.files = addresses.files();
        this.bodies = bodies;
        this.keys = keys;
        this.secrets = secrets;
        this.limits = limits;
    }

    /** The caller of an upload's address. */
    public record Uploader(String accountId, String id) implements Caller {}

    // ---- to upload ----

    /** {@code POST /upload/v1beta/files}. */
    public Handler<Caller> start() {
        return this::start;
    }

    private void start(Exchange exchange, Caller caller) {
        require(
                "resumable".equalsIgnoreCase(exchange.header("x-goog-upload-protocol"))
                        && commands(exchange).equals(List.of("start")),
                "Only resumable uploads are served, which Google's clients make: they begin with X-Goog-Upload-Protocol: resumable and"
                        + " X-Goog-Upload-Command: start.");
        long bytes = number(exchange, LENGTH);
        require(bytes != 0, "X-Goog-Upload-Header-Content-Length: the file is empty.");
        if (bytes > FileLimits.FILE_BYTES_MAX) {
            throw invalid("X-Goog-Upload-Header-Content-Length: a file has at most " + FileLimits.FILE_BYTES_MAX
                            + " bytes, got " + bytes + ".")
                    .withStatus(413)
                    .asException();
        }
        String type = exchange.header("x-goog-upload-header-content-type");
        String address = base(exchange) + exchange.path() + "/";
        Lease memory = exchange.memory();
        exchange.read(
                body -> described(body, memory),
                file -> exchange.compute(() -> begin(caller, file, type, bytes), begun -> {
                    String url = address + caller.accountId() + "-" + begun.id() + "-"
                            + macs(caller.accountId(), begun.id()).getFirst();
                    exchange.setHeader("x-goog-upload-url", url);
                    exchange.setHeader("x-goog-upload-chunk-granularity", Integer.toString(FilePieces.PIECE_BYTES));
                    exchange.setHeader(STATUS, "active");
                    exchange.json(200, GoogleJson.bytes(JsonNodeFactory.instance.objectNode()));
                }));
    }

    private JsonNode described(byte[] body, Lease memory) {
        if (body.length == 0) {
            return JsonNodeFactory.instance.objectNode();
        }
        return NativeRequestReader.tree("CreateFileRequest", body, limits, memory)
                .path("file");
    }

    private StoredFile begin(Caller caller, JsonNode described, @Nullable String header, long bytes) {
        bodies.requireBalance(caller.accountId(), 1);
        require(
                described.path("name").asString("").isEmpty(),
                "file.name: the server names files; leave the name out.");
        String said =
                header == null || header.isBlank() ? described.path("mimeType").asString("") : header;
        String type = said.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        require(TYPE.matcher(type).matches(), "file.mime_type: the type is not specified, or none.");
        String name = described.path("displayName").asString("");
        require(
                name.length() <= NAME_CHARS_MAX,
                "file.display_name: at most " + NAME_CHARS_MAX + " characters are allowed.");
        Sentence complaint = WrittenText.complaint(name);
        require(complaint == null, "file.display_name: the name " + complaint + ".");
        return Records.read(() -> files.begin(
                caller.accountId(),
                StoredFileRoutes.owner(caller),
                FilePurpose.GEMINI,
                new Announced(name, type, bytes)));
    }

    /** Returns the gate of addresses of uploads. */
    public Gate<Uploader> uploads() {
        return new Gate<>() {

            @Override
            public String name() {
                return "address of an upload";
            }

            @Override
            public String payer(Uploader caller) {
                return caller.accountId();
            }

            @Override
            public Future<Uploader> admit(Exchange exchange) {
                Matcher address = UPLOAD.matcher(exchange.pathParam("upload"));
                if (!address.matches() || !isOurs(address)) {
                    throw exchange.refuseWrongKey(missing());
                }
                return Future.succeededFuture(new Uploader(address.group(1), address.group(2)));
            }
        };
    }

    private boolean isOurs(Matcher address) {
        byte[] given = address.group(3).getBytes(StandardCharsets.US_ASCII);
        return macs(address.group(1), address.group(2)).stream()
                .anyMatch(right -> MessageDigest.isEqual(right.getBytes(StandardCharsets.US_ASCII), given));
    }

    /** Returns the address's proof by each key, first by the one in use. */
    private List<String> macs(String accountId, String id) {
        return secrets.prints("upload of " + accountId, id.getBytes(StandardCharsets.US_ASCII)).stream()
                .map(print -> HexFormat.of().formatHex(print, 0, MAC_BYTES))
                .toList();
    }

    /** {@code POST} to an upload's address: a piece, the end, the question how much has come, or that it is given up. */
    public Handler<Uploader> upload() {
        return this::upload;
    }

    private void upload(Exchange exchange, Uploader caller) {
        List<String> commands = commands(exchange);
        boolean isEnd = commands.contains("finalize");
        boolean isPiece = commands.contains("upload");
        boolean isQuery = commands.equals(List.of("query"));
        boolean isCancel = commands.equals(List.of("cancel"));
        require(
                isQuery
                        || isCancel
                        || !commands.isEmpty() && List.of("upload", "finalize").containsAll(commands),
                "X-Goog-Upload-Command must be upload, finalize, both, query, or cancel.");
        long offset = isPiece ? number(exchange, "x-goog-upload-offset") : 0;
        String base = base(exchange);
        String address = exchange.remoteAddress();
        exchange.read(
                body -> body,
                body -> exchange.compute(
                        () -> Records.read(() -> {
                            StoredFile begun = found(caller, address);
                            return isPiece ? appended(caller, offset, body, isEnd) : isCancel ? ended(begun) : begun;
                        }),
                        file -> {
                            if (isCancel) {
                                exchange.setHeader(STATUS, "cancelled");
                                exchange.json(200, GoogleJson.bytes(JsonNodeFactory.instance.objectNode()));
                            } else {
                                answer(exchange, file, isEnd, isQuery, base);
                            }
                        }));
    }

    private static void answer(Exchange exchange, StoredFile file, boolean isEnd, boolean isQuery, String base) {
        if (isEnd && !file.isWhole()) {
            exchange.fail(
                    invalid(file.written() + " of the " + file.bytes() + " bytes that were announced have come."));
            return;
        }
        boolean isFinal = file.isWhole() && (isEnd || isQuery);
        exchange.setHeader(STATUS, isFinal ? "final" : "active");
        exchange.setHeader(RECEIVED, Long.toString(file.written()));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        if (isEnd) {
            answer.set("file", tree(file, base));
        }
        exchange.json(200, GoogleJson.bytes(answer));
    }

    private StoredFile found(Uploader caller) {
        StoredFile file = files.find(caller.accountId(), FilePurpose.GEMINI, caller.id());
        if (file == null || !file.accountId().equals(caller.accountId())) {
            throw missing().asException();
        }
        return file;
    }

    /** Finds an upload whose key may still be used from an address. */
    private StoredFile found(Uploader caller, String address) {
        StoredFile file = found(caller);
        keys.requireUsable(caller.accountId(), file.originId(), address);
        return file;
    }

    private StoredFile ended(StoredFile upload) {
        if (!files.cancel(upload)) {
            throw missing().asException();
        }
        return upload;
    }

    private StoredFile appended(Uploader caller, long offset, byte[] body, boolean isEnd) {
        try (FairTurns.Turn _ = files.limits().turn(caller.accountId())) {
            StoredFile file = found(caller);
            check(file, offset, body.length, isEnd);
            files.limits().requireRoom(file, body.length);
            for (int from = 0; from < body.length; from += FilePieces.PIECE_BYTES) {
                byte[] piece = Arrays.copyOfRange(body, from, Math.min(body.length, from + FilePieces.PIECE_BYTES));
                file = Optional.ofNullable(files.append(file, piece))
                        .orElseThrow(() -> invalid("Another request is sending to this upload.")
                                .asException());
            }
            return file;
        }
    }

    private static void check(StoredFile file, long offset, int length, boolean isEnd) {
        if (offset != file.written()) {
            throw invalid("Invalid X-Goog-Upload-Offset: " + offset + "; " + file.written() + " bytes have come.")
                    .withHeader(STATUS, "active")
                    .withHeader(RECEIVED, Long.toString(file.written()))
                    .asException();
        }
        long end = offset + length;
        require(end <= file.bytes(), "More bytes than the " + file.bytes() + " that were announced.");
        require(end == file.bytes() || !isEnd, "Fewer bytes than the " + file.bytes() + " that were announced.");
        require(
                end == file.bytes() || length % FilePieces.PIECE_BYTES == 0,
                "A piece that is not the last one has a multiple of " + FilePieces.PIECE_BYTES + " bytes, got " + length
                        + ".");
    }

    // ---- to read and delete ----

    /** Returns what lists, shows and deletes them. */
    public StoredFileRoutes stored() {
        return new StoredFileRoutes(
                files,
                FilePurpose.GEMINI,
                "files",
                PAGE_DEFAULT,
                PAGE_MAX,
                UploadedFiles::notThere,
                (file, exchange) -> tree(file, base(exchange)));
    }

    private String base(Exchange exchange) {
        return addresses.base(exchange.header("host"), exchange.header("x-forwarded-proto"));
    }

    private static ObjectNode tree(StoredFile file, String base) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("name", "files/" + file.id());
        if (!file.announced().about().isEmpty()) {
            tree.put("displayName", file.announced().about());
        }
        String created = Instant.ofEpochMilli(file.createdAt()).toString();
        return tree.put("mimeType", file.announced().mimeType())
                .put("sizeBytes", Long.toString(file.bytes()))
                .put("createTime", created)
                .put("updateTime", created)
                .put(
                        "expirationTime",
                        Instant.ofEpochMilli(file.arrived().expiresAt()).toString())
                .put(
                        "sha256Hash",
                        Base64.getEncoder()
                                .encodeToString(
                                        HexFormat.of().parseHex(file.arrived().sha256())))
                .put("uri", base + UploadedFiles.PATH + file.id())
                .put("state", "ACTIVE")
                .put("source", "UPLOADED");
    }

    // ---- headers and refusals ----

    private static List<String> commands(Exchange exchange) {
        return Arrays.stream(Objects.requireNonNullElse(exchange.header(COMMAND), "")
                        .toLowerCase(Locale.ROOT)
                        .split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static long number(Exchange exchange, String name) {
        String text = exchange.header(name);
        require(text != null && text.matches("[0-9]{1,18}"), name + ": a whole number of bytes is required.");
        return Long.parseLong(Objects.requireNonNull(text));
    }

    private static void require(boolean isRight, String message) {
        if (!isRight) {
            throw invalid(message).asException();
        }
    }

    private static ApiError invalid(String message) {
        return ApiError.of(ErrorCode.INVALID_REQUEST, message);
    }

    private static ApiError missing() {
        return invalid(
                        "There is no such upload: it has ended, or never began. An upload ends an hour after its last piece.")
                .withStatus(404);
    }
}
