package dev.tollgate.sandbox;

import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Models, files and caches: everything that is listed, described, changed or removed (protocol 1.9, 1.10). Does no I/O itself. */
final class Library {

    private static final int PAGE_SIZE_MAX = 1_000;
    private static final Duration CACHE_TTL = Duration.ofHours(1);
    private static final Pattern TTL = Pattern.compile("(\\d{1,9})(?:\\.\\d{1,9})?s");
    private static final Pattern CACHE_NAME =
            Pattern.compile("(?:projects/[^/]+/locations/[^/]+/publishers/google/)?models/([^/]+)");

    private final FileShelf files;
    private final CacheShelf caches;
    private final SandboxOptions options;

    Library(FileShelf files, CacheShelf caches, SandboxOptions options) {
        this.files = files;
        this.caches = caches;
        this.options = options;
    }

    /**
     * Answers what is neither generated nor counted.
     *
     * @param parameter of the query
     * @throws GoogleError.Refusal where there is no such thing or it cannot be done
     */
    JsonNode answer(
            HttpMethod method,
            Target target,
            Caller caller,
            Function<String, @Nullable String> parameter,
            JsonNode body) {
        return switch (target.kind()) {
            case MODEL -> model(method, target, parameter);
            case FILE -> file(method, target, caller, parameter);
            case CACHE -> cache(method, target, caller, parameter, body);
            case UPLOAD -> throw GoogleError.of(404).asRefusal();
        };
    }

    private JsonNode model(HttpMethod method, Target target, Function<String, @Nullable String> parameter) {
        if (!method.equals(HttpMethod.GET) || !target.method().isEmpty()) {
            throw GoogleError.of(404).asRefusal();
        }
        if (!target.name().isEmpty()) {
            return target.knownModel(options.clock().instant()).describe(target.vertex());
        }
        List<ObjectNode> models = SandboxModel.all().stream()
                .map(model -> model.describe(target.vertex()))
                .toList();
        return page(target.vertex() ? "publisherModels" : "models", models, 50, parameter);
    }

    private JsonNode file(
            HttpMethod method, Target target, Caller caller, Function<String, @Nullable String> parameter) {
        Instant now = options.clock().instant();
        if (method.equals(HttpMethod.GET)
                && target.name().isEmpty()
                && target.method().isEmpty()) {
            List<ObjectNode> described =
                    files.list(caller).stream().map(file -> file.describe(now)).toList();
            return page("files", described, 10, parameter);
        }
        if (target.name().isEmpty()) {
            throw GoogleError.of(404).asRefusal();
        }
        StoredFile file = files.find(caller, "files/" + target.name())
                .orElseThrow(() -> FileRules.notYours(target.name()).asRefusal());
        if (target.method().equals("download")) {
            throw GoogleError.failedPrecondition("Only generated files can be downloaded.")
                    .asRefusal();
        }
        if (method.equals(HttpMethod.DELETE)) {
            files.delete(file);
            return Json.object();
        }
        if (!method.equals(HttpMethod.GET)) {
            throw GoogleError.of(404).asRefusal();
        }
        return file.describe(now);
    }

    private JsonNode cache(
            HttpMethod method,
            Target target,
            Caller caller,
            Function<String, @Nullable String> parameter,
            JsonNode body) {
        if (!target.method().isEmpty()) {
            throw GoogleError.of(404).asRefusal();
        }
        if (target.name().isEmpty()) {
            return method.equals(HttpMethod.POST)
                    ? create(target, caller, body).describe()
                    : page(
                            "cachedContents",
                            caches.list(caller).stream()
                                    .map(CacheShelf.Cache::describe)
                                    .toList(),
                            50,
                            parameter);
        }
        CacheShelf.Cache cache = cached(caller, target.resource("cachedContents/" + target.name()));
        if (method.equals(HttpMethod.DELETE)) {
            caches.delete(cache);
            return Json.object();
        }
        if (method.equals(HttpMethod.PATCH)) {
            ObjectNode change = ProtoReader.read("CachedContent", body, target.vertex());
            RequestRules.require(
                    change.has("ttl") || change.has("expireTime"),
                    "* UpdateCachedContentRequest: only expiration (ttl or expire_time) can be updated.");
            return caches.extend(cache, expiry(change)).describe();
        }
        return cache.describe();
    }

    /** @throws GoogleError.Refusal 403 where there is none of that name */
    CacheShelf.Cache cached(Caller caller, String name) {
        return caches.find(caller, name)
                .orElseThrow(() -> GoogleError.forbidden("CachedContent not found (or permission denied)")
                        .asRefusal());
    }

    private CacheShelf.Cache create(Target target, Caller caller, JsonNode body) {
        ObjectNode wanted = ProtoReader.read("CachedContent", body, target.vertex());
        Matcher name = CACHE_NAME.matcher(Json.text(wanted, "model"));
        RequestRules.require(
                name.matches(), "* CreateCachedContentRequest.cached_content.model: unexpected model name format");
        SandboxModel model = SandboxModel.named(name.group(1))
                .orElseThrow(() -> GoogleError.modelNotFound(name.group(1), target.version(), "createCachedContent")
                        .asRefusal());
        ObjectNode request = wanted.deepCopy().retain("contents", "systemInstruction", "tools", "toolConfig");
        Ask ask = checked(new Ask(model, request, Terms.of(target, caller)));
        int tokens = TokenCount.sum(TokenCount.ofPrompt(ask));
        RequestRules.require(
                tokens >= model.cacheTokensMin(),
                "Cached content is too small. total_token_count=" + tokens + ", min_total_token_count="
                        + model.cacheTokensMin());
        long bytes = Json.bytes(request);
        String id = target.vertex() ? Long.toString(1_000_000_000L + caches.next()) : "sandbox" + caches.next();
        Instant now = caches.now();
        return caches.add(new CacheShelf.Cache(
                target.resource("cachedContents/" + id),
                caller.project(),
                model.name(),
                request,
                wanted.deepCopy().retain("model", "displayName"),
                tokens,
                bytes,
                now,
                now,
                expiry(wanted)));
    }

    /** With the files that it names. */
    private Ask checked(Ask ask) {
        if (!ask.contents().isEmpty()) {
            RequestRules.checkContents(ask);
        }
        return ask.with(ask.terms().withFiles(files(ask)));
    }

    java.util.Map<String, StoredFile> files(Ask ask) {
        return FileRules.check(
                ask.contents(), ask.terms(), files, options.clock().instant());
    }

    private Instant expiry(JsonNode wanted) {
        String time = Json.text(wanted, "expireTime");
        if (!time.isEmpty()) {
            return instant(time);
        }
        String ttl = Json.text(wanted, "ttl");
        Matcher seconds = TTL.matcher(ttl);
        RequestRules.require(
                ttl.isEmpty() || seconds.matches(),
                "Invalid value at 'cached_content.ttl' (type.googleapis.com/google.protobuf.Duration), \"" + ttl
                        + "\"");
        return caches.after(ttl.isEmpty() ? CACHE_TTL : Duration.ofSeconds(Long.parseLong(seconds.group(1))));
    }

    private static Instant instant(String time) {
        try {
            return Instant.parse(time);
        } catch (DateTimeParseException e) {
            throw GoogleError.invalid("Invalid value at 'cached_content.expire_time'"
                            + " (type.googleapis.com/google.protobuf.Timestamp), \"" + time + "\"")
                    .asRefusal();
        }
    }

    /** One page of a list; like all empty lists an empty one is left out. */
    private static ObjectNode page(
            String name, List<ObjectNode> all, int standardSize, Function<String, @Nullable String> parameter) {
        int size = number(parameter.apply("pageSize"), standardSize);
        int from = Math.min(all.size(), number(parameter.apply("pageToken"), 0));
        int to = Math.min(all.size(), from + Math.clamp(size, 1, PAGE_SIZE_MAX));
        ObjectNode page = Json.object();
        if (from < to) {
            page.putArray(name).addAll(all.subList(from, to));
        }
        return to < all.size() ? page.put("nextPageToken", Integer.toString(to)) : page;
    }

    private static int number(@Nullable String text, int otherwise) {
        return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : otherwise;
    }
}
