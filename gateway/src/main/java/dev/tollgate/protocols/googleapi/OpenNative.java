package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.SessionName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A request that is whole once the cached contents that it names are read (Y35). Confined to its request. */
public final class OpenNative {

    /** The members of cached contents that a request which names them may not have. */
    private static final List<String> CACHED = List.of("systemInstruction", "tools", "toolConfig");

    private static final Pattern CONTENT = Pattern.compile("contents\\[(\\d{1,6})]");

    private final ObjectNode body;
    private final ReadLimits limits;
    private final Spelling spelling;
    private final @Nullable String cacheId;
    private @Nullable StoredFile cache;
    private int before;
    private @Nullable NativeRequest whole;

    /** @param body in one spelling @param spelling the caller's */
    OpenNative(ObjectNode body, ReadLimits limits, Spelling spelling) {
        this.body = body;
        this.limits = limits;
        this.spelling = spelling;
        JsonNode name = body.remove("cachedContent");
        if (name == null || name.asString("").isEmpty()) {
            this.cacheId = null;
            this.whole = NativeRequestReader.checked(body, limits);
            return;
        }
        this.cacheId = CachedContents.id(name.asString(""));
        NativeRequestReader.requireContents(body.path("contents"));
        NativeRequestReader.require(
                CACHED.stream().noneMatch(body::has),
                "cached_content",
                "CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config."
                        + " Proposed fix: move those values to CachedContent from GenerateContent request.");
    }

    /** Returns whether no cached contents are wanted, or they have been read. */
    public boolean isWhole() {
        return whole != null;
    }

    public NativeRequest whole() {
        NativeRequest known = whole;
        if (known == null) {
            throw new IllegalStateException("the cached contents have not been read");
        }
        return known;
    }

    /** Returns the id of the cached contents, which name the session; null without any. */
    public @Nullable String cacheId() {
        return cacheId;
    }

    /** Returns the session of cached contents, whatever else names one (E85); without any, another. */
    public static SessionName session(@Nullable String cacheId, Supplier<SessionName> other) {
        return cacheId == null
                ? other.get()
                : new SessionName("cachedContent", () -> cacheId.getBytes(StandardCharsets.US_ASCII));
    }

    /** Finds the cached contents. Blocks. @return the bytes that they become */
    public long find(CachedContents caches, String accountId, KeyOwner reads) {
        StoredFile found = caches.stored().find(accountId, reads, Objects.requireNonNull(cacheId));
        cache = found;
        return found.bytes();
    }

    /** Returns the bytes of the cached contents once they have been found; 0 without any. */
    public long cacheBytes() {
        return cache == null ? 0 : cache.bytes();
    }

    /** Puts the cached contents before the request's. Blocks. */
    public void load(CachedContents caches, Lease memory) {
        if (whole != null || cache == null) {
            return;
        }
        ObjectNode kept = caches.open(cache, memory);
        ArrayNode contents = (ArrayNode) kept.path("contents");
        before = contents.size();
        contents.addAll(body.path("contents").valueStream().toList());
        body.set("contents", contents);
        CACHED.stream().filter(kept::has).forEach(member -> body.set(member, kept.get(member)));
        whole = NativeRequestReader.rewritten(body, limits, memory);
    }

    /** @throws dev.tollgate.base.error.ApiException Google's 400 for contents that were cached for another model */
    public void check(Model asked) {
        String model = cache == null ? asked.id() : CachedContents.model(cache);
        NativeRequestReader.require(
                model.equals(asked.id()),
                "cached_content",
                "Model used by GenerateContent request (models/" + asked.id() + ") and CachedContent (models/" + model
                        + ") has to be the same.");
    }

    /** Returns a refusal with the caller's names of fields and numbers of contents. */
    public ApiError named(ApiError refusal) {
        String param = refusal.param();
        String own = param == null ? null : named(param);
        if (before == 0 && Objects.equals(own, param)) {
            return refusal;
        }
        RefusedField field = RefusedField.of(refusal.message());
        return refusal.about(
                own, field == null ? refusal.message() : field.before() + named(field.path()) + field.after());
    }

    /** Returns a path as the caller has it. */
    public String named(String path) {
        return spelling.of(numbered(path));
    }

    private String numbered(String path) {
        return before == 0
                ? path
                : CONTENT.matcher(path).replaceAll(content -> {
                    int place = Integer.parseInt(content.group(1));
                    return place < before
                            ? "cached_content.contents[" + place + "]"
                            : "contents[" + (place - before) + "]";
                });
    }
}
