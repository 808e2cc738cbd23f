package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.requests.RequestRules.MESSAGE;
import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.routes.ImageLimits;
import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.ProtoTypes;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The rules by which Google refuses a generationConfig, by model (protocol 1.5, 1.6). */
final class ConfigRules {

    private static final String CONFIG = MESSAGE + "generation_config.";
    private static final int STOP_SEQUENCES_MAX = 5;
    private static final int DYNAMIC_BUDGET = -1;
    private static final Set<String> MIME_TYPES = Set.of("", "text/plain", "application/json", "text/x.enum");

    private ConfigRules() {}

    static void check(GoogleRequest ask) {
        checkSampling(ask.config());
        checkOutput(ask.config(), ContinuationTokens.outputTokensMax(ask) + 1);
        checkLength(ask);
        checkCapabilities(ask);
        checkImages(ask);
        checkFormat(ask);
        checkThinking(ask.model(), ask.thinking());
    }

    private static void checkSampling(JsonNode config) {
        checkRange(config, "temperature", 0, 2);
        checkRange(config, "topP", 0, 1);
        JsonNode topK = config.path("topK");
        require(topK.isMissingNode() || topK.asInt() >= 1, CONFIG + "top_k: top_k must be positive.");
        for (String name : new String[] {"presencePenalty", "frequencyPenalty"}) {
            double penalty = config.path(name).asDouble(0);
            String field = ProtoTypes.snake(name);
            require(penalty >= -2 && penalty < 2, CONFIG + field + ": " + field + " must be in the range [-2.0, 2.0).");
        }
    }

    private static void checkRange(JsonNode config, String name, int min, int max) {
        double value = config.path(name).asDouble(min);
        String field = ProtoTypes.snake(name);
        require(
                value >= min && value <= max,
                "%s%s: %s must be in the range [%d.0, %d.0].".formatted(CONFIG, field, field, min, max));
    }

    private static void checkOutput(JsonNode config, int beyond) {
        int max = config.path("maxOutputTokens").asInt(1);
        require(
                max >= 1 && max < beyond,
                "Unable to submit request because it has a maxOutputTokens value of " + max
                        + " but the supported range is from 1 (inclusive) to " + beyond
                        + " (exclusive). Update the value and try again.");
        JsonNode stops = config.path("stopSequences");
        require(
                stops.size() <= STOP_SEQUENCES_MAX,
                CONFIG + "stop_sequences: at most " + STOP_SEQUENCES_MAX + " stop sequences are allowed.");
        require(
                stops.valueStream().noneMatch(stop -> stop.stringValue().isEmpty()),
                CONFIG + "stop_sequences: stop sequences must not be empty.");
    }

    /** A long response comes in a stream, or to a client that follows its hops (protocol 2.5). */
    private static void checkLength(GoogleRequest ask) {
        boolean follows = ask.terms().streams() || ask.terms().isOfSdk() || ContinuationTokens.isIn(ask);
        int max = ask.config().path("maxOutputTokens").asInt(1);
        require(
                follows || !ask.model().gemini4() || max <= ContinuationTokens.UNSTREAMED_TOKENS_MAX,
                "max_output_tokens above " + ContinuationTokens.UNSTREAMED_TOKENS_MAX
                        + " is only supported by streamGenerateContent.");
    }

    private static void checkCapabilities(GoogleRequest ask) {
        JsonNode config = ask.config();
        boolean vertex = ask.terms().vertex();
        boolean lenient =
                vertex && !ask.model().gemini4() && !ask.model().images().makesImages();
        boolean penalty = config.path("presencePenalty").asDouble(0) != 0
                || config.path("frequencyPenalty").asDouble(0) != 0;
        require(!penalty || lenient, "Penalty is not enabled for this model");
        int candidates = ask.candidateCount();
        require(
                candidates >= 1 && candidates <= 8,
                CONFIG + "candidate_count: candidate_count must be in the range [1, 8].");
        require(
                candidates == 1 || !ask.model().gemini3() || lenient,
                "Multiple candidates is not enabled for this model");
        boolean logprobs = config.path("responseLogprobs").asBoolean(false);
        require(
                logprobs || !config.has("logprobs"),
                CONFIG + "logprobs: logprobs is only allowed when response_logprobs is true.");
        int most = config.path("logprobs").asInt(0);
        require(most >= 0 && most <= 20, CONFIG + "logprobs: logprobs must be in the range [0, 20].");
        require(!logprobs || !ask.model().gemini3(), "Logprobs is not supported for this model.");
        require(
                !logprobs || vertex,
                "Logprobs is not enabled for models/" + ask.model().name());
    }

    private static void checkImages(GoogleRequest ask) {
        ImageLimits images = ask.model().images();
        if (ask.model().speaks()) {
            SpeechRules.check(ask);
            return;
        }
        boolean capable = !ask.answersIn("AUDIO") && (images.makesImages() || !ask.answersIn("IMAGE"));
        require(
                capable,
                "Model does not support the requested response modalities: "
                        + ask.config().path("responseModalities"));
        if (images.makesImages()) {
            List<String> ratios =
                    images.shapes().stream().map(ImageLimits.Shape::ratio).toList();
            checkOneOf("image_config.image_size", ask.imageSize(), images.sizes());
            checkOneOf("image_config.aspect_ratio", ask.aspectRatio(), ratios);
            boolean plain =
                    ask.responseMimeType().isEmpty() || ask.responseMimeType().equals("text/plain");
            require(plain && ask.responseSchema().isMissingNode(), "JSON mode is not enabled for this model");
        }
    }

    private static void checkOneOf(String field, String value, List<String> allowed) {
        require(
                value.isEmpty() || allowed.contains(value),
                CONFIG + field + ": " + field.substring(field.indexOf('.') + 1) + " must be one of '"
                        + String.join("', '", allowed) + "'.");
    }

    private static void checkFormat(GoogleRequest ask) {
        JsonNode config = ask.config();
        String mime = ask.responseMimeType();
        require(
                MIME_TYPES.contains(mime),
                CONFIG + "response_mime_type: allowed mimetypes are `text/plain`, `application/json` and"
                        + " `text/x.enum`.");
        boolean schema = config.has("responseSchema");
        boolean jsonSchema = config.has("responseJsonSchema");
        require(
                !(schema && jsonSchema),
                CONFIG + "response_schema: only one of response_schema and response_json_schema may be set.");
        require(
                !(schema || jsonSchema) || ask.json() || mime.equals("text/x.enum"),
                CONFIG + "response_schema: a response schema is only allowed with response_mime_type"
                        + " application/json or text/x.enum.");
        if (schema) {
            GoogleSchemaRules.check(
                    config.get("responseSchema"),
                    CONFIG + "response_schema",
                    ask.terms().vertex());
        }
        GoogleSchemaRules.checkJson(config.path("responseJsonSchema"), CONFIG + "response_json_schema");
    }

    private static void checkThinking(SandboxModel model, JsonNode thinking) {
        String level = JsonTrees.text(thinking, "thinkingLevel");
        boolean budget = thinking.has("thinkingBudget");
        require(level.isEmpty() || !budget, "You can only set only one of thinking budget and thinking level.");
        require(level.isEmpty() || !model.levels().isEmpty(), "Thinking level is not supported for this model.");
        require(
                level.isEmpty() || model.levels().contains(level),
                "Thinking level " + level + " is not supported for this model. Please retry with other thinking"
                        + " level.");
        if (budget) {
            checkBudget(model, thinking.get("thinkingBudget").asInt());
        }
    }

    private static void checkBudget(SandboxModel model, int budget) {
        require(
                model.budgetMin() <= model.budgetMax(),
                "Thinking budget is not supported for this model. Please use thinking level instead.");
        require(budget != 0 || model.thinkingOff(), "Budget 0 is invalid. This model only works in thinking mode.");
        boolean inRange = budget >= model.budgetMin() && budget <= model.budgetMax();
        require(
                inRange || budget == DYNAMIC_BUDGET || budget == 0,
                "The thinking budget %d is invalid. Please choose a value between %d and %d."
                        .formatted(budget, model.budgetMin(), model.budgetMax()));
    }
}
