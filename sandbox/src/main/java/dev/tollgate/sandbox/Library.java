package dev.tollgate.sandbox;

import dev.tollgate.sandbox.files.FileShelf;
import dev.tollgate.sandbox.files.StoredFile;
import dev.tollgate.sandbox.requests.FileRules;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.routes.Target;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Models and files: everything that is listed, described or removed (protocol 1.9, 1.10). Does no I/O itself. */
record Library(FileShelf files, InstantSource clock) {

    private static final int PAGE_SIZE_MAX = 1_000;

    /**
     * Answers what is neither generated nor counted.
     *
     * @param parameter of the query
     * @throws GoogleError.Failure if there is no such thing or it cannot be done
     */
    JsonNode answer(
            HttpMethod method, Target target, CallingProject caller, Function<String, @Nullable String> parameter) {
        return switch (target.kind()) {
            case MODEL -> model(method, target, parameter);
            case FILE -> file(method, target, caller, parameter);
            case UPLOAD -> throw GoogleError.of(404).asRefusal();
        };
    }

    private JsonNode model(HttpMethod method, Target target, Function<String, @Nullable String> parameter) {
        if (!method.equals(HttpMethod.GET) || !target.method().isEmpty()) {
            throw GoogleError.of(404).asRefusal();
        }
        if (!target.name().isEmpty()) {
            return target.knownModel(clock.instant()).describe(target.vertex());
        }
        List<ObjectNode> models = SandboxModel.all().stream()
                .map(model -> model.describe(target.vertex()))
                .toList();
        return page(target.vertex() ? "publisherModels" : "models", models, 50, parameter);
    }

    private JsonNode file(
            HttpMethod method, Target target, CallingProject caller, Function<String, @Nullable String> parameter) {
        Instant now = clock.instant();
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
            return JsonTrees.object();
        }
        if (!method.equals(HttpMethod.GET)) {
            throw GoogleError.of(404).asRefusal();
        }
        return file.describe(now);
    }

    /** The caller's files that a request names, by the URI used. */
    Map<String, StoredFile> files(GoogleRequest ask) {
        return FileRules.check(ask.contents(), ask.terms(), files, clock.instant());
    }

    /** Returns a page of a list; like all empty lists an empty one is left out. */
    private static ObjectNode page(
            String name, List<ObjectNode> all, int standardSize, Function<String, @Nullable String> parameter) {
        int size = number(parameter.apply("pageSize"), standardSize);
        int from = Math.min(all.size(), number(parameter.apply("pageToken"), 0));
        int to = Math.min(all.size(), from + Math.clamp(size, 1, PAGE_SIZE_MAX));
        ObjectNode page = JsonTrees.object();
        if (from < to) {
            page.putArray(name).addAll(all.subList(from, to));
        }
        return to < all.size() ? page.put("nextPageToken", Integer.toString(to)) : page;
    }

    private static int number(@Nullable String text, int otherwise) {
        return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : otherwise;
    }
}
