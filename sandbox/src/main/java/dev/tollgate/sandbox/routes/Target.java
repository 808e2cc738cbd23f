package dev.tollgate.sandbox.routes;

import dev.tollgate.sandbox.wire.GoogleError;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The target of a path: on the Gemini API {@code /v1beta/models/M:method} and the like, on Vertex AI the same below {@code
 * /v1/projects/P/locations/L/publishers/google}, or below {@code /v1/publishers/google} with a key (protocol 1.1).
 *
 * @param version as it stands in the path
 * @param vertex whether the path is one of Vertex AI
 * @param parent {@code projects/P/locations/L}; empty on the Gemini API and in Vertex AI's express mode
 * @param kind what is asked for
 * @param name of the model (with its knobs), or of the file; empty for the list
 * @param method behind the colon; empty for a description
 */
public record Target(String version, boolean vertex, String parent, Kind kind, String name, String method) {

    /** Kinds of things that have a path. */
    public enum Kind {
        MODEL,
        FILE,
        UPLOAD
    }

    private static final Set<String> EMBEDDING = Set.of("embedContent", "batchEmbedContents", "predict");
    private static final char KNOBS = '~';
    private static final String REST = "(?:/([^/:]{1,300}))?(?::([A-Za-z]{1,64}))?/?";
    private static final Pattern GEMINI = Pattern.compile("/(v1beta|v1)/(models|files)" + REST);
    private static final Pattern VERTEX = Pattern.compile(
            "/(v1beta1|v1)/(?:(projects/[^/]{1,100}/locations/[^/]{1,100})/)?publishers/google/models" + REST);
    private static final Pattern UPLOAD = Pattern.compile("/upload/(v1beta|v1)/files/?");

    /** @param path as it was sent, percent signs and all */
    public static Optional<Target> of(String path) {
        String decoded = decode(path);
        Matcher upload = UPLOAD.matcher(decoded);
        if (upload.matches()) {
            return Optional.of(new Target(upload.group(1), false, "", Kind.UPLOAD, "", ""));
        }
        Matcher gemini = GEMINI.matcher(decoded);
        if (gemini.matches()) {
            return Optional.of(new Target(
                    gemini.group(1),
                    false,
                    "",
                    gemini.group(2).equals("files") ? Kind.FILE : Kind.MODEL,
                    orEmpty(gemini, 3),
                    orEmpty(gemini, 4)));
        }
        Matcher vertex = VERTEX.matcher(decoded);
        return vertex.matches()
                ? Optional.of(new Target(
                        vertex.group(1), true, orEmpty(vertex, 2), Kind.MODEL, orEmpty(vertex, 3), orEmpty(vertex, 4)))
                : Optional.empty();
    }

    /** Returns Vertex AI's header for the service tier; empty without one, and on regional endpoints, which have the standard tier alone. */
    public String requestType(Function<String, @Nullable String> header) {
        String asked = header.apply("x-vertex-ai-llm-shared-request-type");
        boolean isRegional = !parent.isEmpty() && !parent.endsWith("/locations/global");
        return asked == null || !vertex || isRegional ? "" : asked;
    }

    public boolean streams() {
        return method.equals("streamGenerateContent");
    }

    public boolean generates() {
        return kind == Kind.MODEL && !name.isEmpty() && (streams() || method.equals("generateContent"));
    }

    public boolean counts() {
        return kind == Kind.MODEL && !name.isEmpty() && method.equals("countTokens");
    }

    public boolean embeds() {
        return kind == Kind.MODEL && !name.isEmpty() && EMBEDDING.contains(method);
    }

    /** The model's own name. */
    public String model() {
        int at = name.indexOf(KNOBS);
        return at < 0 ? name : name.substring(0, at);
    }

    /** Returns the knobs after the model's name, e.g. {@code status=503~times=2}. */
    public String knobs() {
        int at = name.indexOf(KNOBS);
        return at < 0 ? "" : name.substring(at + 1).replace(KNOBS, ' ');
    }

    /** Returns the model that answers at a time. Fails if there is no such model or it has retired. */
    public SandboxModel knownModel(Instant now) {
        return answering(now).orElseThrow(() -> modelNotFound().asRefusal());
    }

    public Optional<SandboxModel> answering(Instant now) {
        return SandboxModel.answering(model(), vertex, now);
    }

    /** Returns the model of embeddings. Fails if there is no such model. */
    public EmbeddingModel knownEmbeddingModel() {
        return EmbeddingModel.named(model()).orElseThrow(() -> modelNotFound().asRefusal());
    }

    private GoogleError modelNotFound() {
        return vertex
                ? GoogleError.publisherModelNotFound(
                        (parent.isEmpty() ? "" : parent + "/") + "publishers/google/models/" + model())
                : GoogleError.modelNotFound(model(), version, method.isEmpty() ? "getModel" : method);
    }

    private static String decode(String path) {
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    private static String orEmpty(Matcher matcher, int group) {
        String text = matcher.group(group);
        return text == null ? "" : text;
    }
}
