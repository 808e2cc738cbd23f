package dev.tollgate.protocols.embeddings;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.EmbedAsks;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request for embeddings (E67). A reader serves one body, on one thread. */
final class EmbeddingRequestReader {

    static final EmbedAsk.Fields FIELDS = new EmbedAsk.Fields("google.task_type", "google.title", "dimensions");

    private static final int TASK_TYPE_CHARS_MAX = 64;
    private static final String INPUT = "input";

    /** LangChain's OpenAIEmbeddings sends OpenAI's tokens by default. */
    private static final String NO_TOKENS =
            " LangChain's OpenAIEmbeddings sends text with check_embedding_ctx_length=False.";

    private final JsonBody json;
    private final CallerNames.Reader callerNames;
    private final List<JsonText> texts = new ArrayList<>();
    private boolean isList;
    private @Nullable String model;
    private @Nullable Integer dimensions;
    private @Nullable String taskType;
    private @Nullable JsonText title;
    private EmbedAsk.Form form = EmbedAsk.Form.DIGITS;

    private EmbeddingRequestReader(JsonBody json) {
        this.json = json;
        this.callerNames = new CallerNames.Reader(json);
    }

    /**
     * @param body JSON in UTF-8, with a size limit set by the caller
     * @param memory charged with the memory of the result
     * @throws ApiException 400 {@code invalid_request} that names the field, for every fault
     */
    static EmbeddingRequest read(byte[] body, ReadLimits limits, Lease memory) {
        JsonBody json = new JsonBody(body, limits, memory);
        EmbeddingRequestReader reader = new EmbeddingRequestReader(json);
        json.wholeObject(it -> it.object(reader::member));
        return reader.built();
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case INPUT -> input();
            case "dimensions" -> dimensions = json.integer(1, Integer.MAX_VALUE);
            case "encoding_format" ->
                form = json.oneOf(List.of("float", "base64")).equals("float")
                        ? EmbedAsk.Form.DIGITS
                        : EmbedAsk.Form.BASE64;
            case "user" -> {
                callerNames.userByDefault(json.string());
                json.ignored(json.path());
            }
            case "safety_identifier" -> {
                callerNames.user(json.string());
                json.ignored(json.path());
            }
            case "metadata" -> {
                if (json.isObject()) {
                    callerNames.tags();
                    json.ignored("metadata");
                } else {
                    json.ignore();
                }
            }
            case "google" -> json.object(this::google);
            case "extra_body" -> json.object(this::extra);
            default -> json.ignore();
        }
    }

    private void extra(String name) {
        if (name.equals("google")) {
            json.object(this::google);
        } else {
            json.ignore();
        }
    }

    private void google(String name) {
        switch (name) {
            case "task_type" -> taskType = json.string(TASK_TYPE_CHARS_MAX).toUpperCase(Locale.ROOT);
            case "title" -> title = json.text();
            default -> json.ignore();
        }
    }

    private void input() {
        isList = json.isArray();
        if (!isList) {
            text();
            return;
        }
        json.array(EmbedAsks.INPUTS_MAX, this::text);
        if (texts.isEmpty()) {
            throw json.invalid("must have at least 1 string.");
        }
    }

    private void text() {
        if (!json.isString()) {
            throw refused(
                    isList ? "must be a string or strings, not tokens." : "must be a string or an array of strings.");
        }
        JsonText text = json.text();
        if (text.isEmpty()) {
            throw refused("must not hold an empty string.");
        }
        texts.add(text);
    }

    private ApiException refused(String predicate) {
        return ApiError.invalid(json.path(), "'" + json.path() + "' " + predicate + NO_TOKENS)
                .asException();
    }

    private EmbeddingRequest built() {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        if (texts.isEmpty()) {
            throw JsonBody.invalid(INPUT, "is required.");
        }
        List<EmbedAsk.Input> inputs = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String place = isList ? INPUT + "." + i : INPUT;
            inputs.add(new EmbedAsk.Input(place, List.of(texts.get(i)), taskType, title, dimensions));
        }
        return new EmbeddingRequest(model, inputs, form, callerNames.read(), json.ignored());
    }
}
