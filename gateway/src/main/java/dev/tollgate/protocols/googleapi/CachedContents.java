package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Handler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cached contents (Y35): the beginning of prompts, kept here for the owner's keys, and no cache of the provider's. A request that names one is sent with it, as
 * one session, so its calls go to one channel, whose implicit cache serves them. Thread-safe.
 */
public record CachedContents(FileStore files, InstantSource clock, ReadLimits limits) {

    static final String PREFIX = "cachedContents/";

    /** Google says the same of contents that are another's. */
    private static final ApiError NOT_THERE = ApiError.of(
                    ErrorCode.INVALID_REQUEST, "CachedContent not found (or permission denied)")
            .withStatus(403);

    private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9a-f]{32})");
    private static final Pattern TTL = Pattern.compile("([0-9]{1,9})(?:\\.[0-9]{1,9})?s");
    private static final int BYTES_MAX = 8 << 20;
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration KEPT_MAX = Duration.ofDays(7);
    private static final int NAME_CHARS_MAX = 128;
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    /** The settings of cached contents. @param kept how long they are kept from now on; null if that is not said */
    record Settings(String displayName, @Nullable Duration kept) {}

    /** Takes the settings out of a message in one spelling. @throws dev.tollgate.base.error.ApiException a 400 that names the field */
    Settings settings(ObjectNode message) {
        require(!message.has("name"), "name", "name: the server names cached contents; leave the name out.");
        require(!message.has("kmsKeyName"), "kms_key_name", "kms_key_name: is not supported.");
        String shown = message.path("displayName").asString("");
        require(
                shown.length() <= NAME_CHARS_MAX,
                "display_name",
                "display_name: at most " + NAME_CHARS_MAX + " characters are allowed.");
        Sentence complaint = WrittenText.complaint(shown);
        require(complaint == null, "display_name", "display_name: the name " + complaint + ".");
        require(
                !message.has("ttl") || !message.has("expireTime"),
                "ttl",
                "ttl: ttl and expire_time cannot both be set.");
        Duration kept = message.has("ttl")
                ? ttl(message.path("ttl").asString(""))
                : message.has("expireTime") ? until(message.path("expireTime").asString("")) : null;
        require(
                kept == null || kept.isPositive() && kept.compareTo(KEPT_MAX) <= 0,
                message.has("ttl") ? "ttl" : "expire_time",
                "ttl, expire_time: cached contents are kept for more than 0 and at most " + KEPT_MAX.toSeconds()
                        + " seconds.");
        List.of("displayName", "ttl", "expireTime").forEach(message::remove);
        return new Settings(shown, kept);
    }

    private static Duration ttl(String text) {
        Matcher seconds = TTL.matcher(text);
        require(seconds.matches(), "ttl", "ttl: must be seconds like \"3600s\".");
        return Duration.ofSeconds(Long.parseLong(seconds.group(1)));
    }

    private Duration until(String text) {
        Instant time = WrittenTime.time(text);
        if (time == null) {
            throw NativeRequestReader.refuse("expire_time", "expire_time: must be a time like 2026-11-29T04:12:06Z.");
        }
        return Duration.between(clock.instant(), time);
    }

    // ---- to make ----

    /** Returns the stored form of a request. @throws dev.tollgate.base.error.ApiException a 400 if it is too large */
    static byte[] content(NativeRequest request) {
        byte[] json = GoogleJson.bytes(request.body());
        require(
                json.length <= BYTES_MAX,
                "contents",
                "contents: cached contents have at most " + BYTES_MAX + " bytes, got " + json.length
                        + ". Upload large files, and name them in fileData.");
        return json;
    }

    /** Keeps contents. Blocks. @return Google's object */
    ObjectNode create(MeteredCall call, Settings settings, long tokens, byte[] content) {
        ObjectNode about = JsonNodeFactory.instance
                .objectNode()
                .put("displayName", settings.displayName())
                .put("model", call.model().id())
                .put("asked", call.requestedModel())
                .put("tokens", tokens);
        Duration kept = Objects.requireNonNullElse(settings.kept(), KEPT);
        return tree(Records.read(() -> {
            try {
                return files.write(
                        call.accountId(),
                        call.owner(),
                        FilePurpose.CACHED_CONTENTS,
                        new Announced(about.toString(), "application/json", content.length),
                        new ByteArrayInputStream(content),
                        kept);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
    }

    // ---- to use ----

    /** Returns the id in a name. @throws dev.tollgate.base.error.ApiException a 400 for Vertex AI's form, and others */
    static String id(String name) {
        Matcher matcher = NAME.matcher(name);
        require(
                matcher.matches(),
                "cached_content",
                "cached_content: must be the name of cached contents of this server, like cachedContents/0123….");
        return matcher.group(1);
    }

    /** Returns the model that contents were cached for. */
    static String model(StoredFile cache) {
        return GoogleJson.tree(cache.announced().about()).path("model").asString("");
    }

    /** Reads contents, in one spelling. Blocks. @param memory charged before they are read */
    ObjectNode open(StoredFile cache, Lease memory) {
        if (cache.bytes() > KeptResponse.LARGE_BYTES) {
            memory.becomeLarge();
        }
        memory.take(cache.bytes());
        byte[] content = Records.read(() -> files.pieces().whole(cache));
        return JsonObjectReader.read(content, limits, memory);
    }

    // ---- routes ----

    /** Returns what lists, shows and deletes them. */
    public StoredFileRoutes stored() {
        return new StoredFileRoutes(
                files,
                FilePurpose.CACHED_CONTENTS,
                "cachedContents",
                PAGE_DEFAULT,
                PAGE_MAX,
                id -> NOT_THERE,
                (cache, exchange) -> tree(cache));
    }

    /** {@code PATCH …/cachedContents/{id}}: sets when they expire. */
    public Handler<Caller> patch() {
        return (exchange, caller) -> exchange.read(
                body -> {
                    ObjectNode message = NativeRequestReader.tree("CachedContent", body, limits, exchange.memory());
                    message.remove("name");
                    Settings settings = settings(message);
                    require(
                            settings.kept() != null
                                    && message.isEmpty()
                                    && settings.displayName().isEmpty(),
                            "ttl",
                            "ttl, expire_time: one of them is required, and no other field can be changed.");
                    return Objects.requireNonNull(settings.kept());
                },
                kept -> {
                    String id = exchange.pathParam("id");
                    long until = clock.millis() + kept.toMillis();
                    exchange.compute(
                            () -> {
                                KeyOwner owner = StoredFileRoutes.owner(caller);
                                Records.read(() -> files.keepUntil(
                                        caller.accountId(), owner, FilePurpose.CACHED_CONTENTS, id, until));
                                return stored().find(caller.accountId(), owner, id);
                            },
                            cache -> exchange.json(200, GoogleJson.bytes(tree(cache))));
                });
    }

    private static ObjectNode tree(StoredFile cache) {
        JsonNode about = GoogleJson.tree(cache.announced().about());
        String created = Instant.ofEpochMilli(cache.createdAt()).toString();
        ObjectNode tree = JsonNodeFactory.instance
                .objectNode()
                .put("name", PREFIX + cache.id())
                .put("model", "models/" + about.path("asked").asString(model(cache)));
        if (!about.path("displayName").asString("").isEmpty()) {
            tree.set("displayName", about.get("displayName"));
        }
        tree.putObject("usageMetadata").set("totalTokenCount", about.get("tokens"));
        return tree.put("createTime", created)
                .put("updateTime", created)
                .put(
                        "expireTime",
                        Instant.ofEpochMilli(cache.arrived().expiresAt()).toString());
    }

    private static void require(boolean isRight, String field, String message) {
        NativeRequestReader.require(isRight, field, message);
    }
}
