package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.routes.EmbeddingModel;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes embeddings: the sum of a vector for each word, so that texts with common words are near each other. The same seed, model and text
 * give the same vector. Immutable.
 */
public record Embeddings(long seed) {

    private static final int WORDS_MAX = 256;
    private static final int BATCH_MAX = 100;
    private static final String BATCH = "batchEmbedContents";
    private static final String PREDICT = "predict";

    /** Returns the tokens of texts, as {@code countTokens} has them. */
    public static ObjectNode count(JsonNode body) {
        int tokens = 0;
        for (JsonNode content : body.path("contents")) {
            tokens += tokens(content);
        }
        ObjectNode count = JsonTrees.object().put("totalTokens", tokens);
        count.putArray("promptTokensDetails")
                .addObject()
                .put("modality", "TEXT")
                .put("tokenCount", tokens);
        return count;
    }

    private static int tokens(JsonNode content) {
        return content.path("parts")
                .valueStream()
                .mapToInt(part -> PromptTokens.ofText(JsonTrees.text(part, "text")))
                .sum();
    }

    /**
     * Returns the answer of a method.
     *
     * @param body with names in camel case
     * @param vertex whether tokens are reported, and long inputs refused if that is asked for
     * @throws GoogleError.Failure where Google would refuse
     */
    public ObjectNode answer(EmbeddingModel model, String method, ObjectNode body, boolean vertex) {
        return switch (method) {
            case BATCH -> batch(model, body);
            case PREDICT -> predictions(model, body);
            default -> single(model, body, vertex);
        };
    }

    private ObjectNode batch(EmbeddingModel model, ObjectNode body) {
        JsonNode requests = body.path("requests");
        GoogleError.require(
                requests.size() <= BATCH_MAX,
                "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch");
        ObjectNode answer = JsonTrees.object();
        ArrayNode embeddings = answer.putArray("embeddings");
        for (JsonNode request : requests) {
            GoogleError.require(
                    JsonTrees.text(request, "model").equals("models/" + model.name()),
                    "* BatchEmbedContentsRequest.requests: model must be models/" + model.name());
            embeddings.add(values(model, text(request), request));
        }
        return answer;
    }

    private ObjectNode single(EmbeddingModel model, ObjectNode body, boolean vertex) {
        String text = text(body);
        int tokens = PromptTokens.ofText(text);
        ObjectNode answer = JsonTrees.object();
        if (vertex) {
            checkLength(model, tokens, body);
            answer.putObject("usageMetadata").put("promptTokenCount", tokens).put("totalTokenCount", tokens);
        }
        answer.set("embedding", values(model, text, body));
        return answer;
    }

    private ObjectNode predictions(EmbeddingModel model, ObjectNode body) {
        JsonNode instances = body.path("instances");
        GoogleError.require(
                instances.size() == 1, "Only one instance is supported per request, got " + instances.size());
        String text = JsonTrees.text(instances.path(0), "content");
        GoogleError.require(!text.isEmpty(), "The text content is empty.");
        int tokens = PromptTokens.ofText(text);
        checkLength(model, tokens, body.path("parameters"));
        ObjectNode answer = JsonTrees.object();
        ObjectNode embeddings = values(model, text, body.path("parameters"));
        embeddings.putObject("statistics").put("token_count", tokens).put("truncated", tokens > model.inputTokensMax());
        answer.putArray("predictions").addObject().set("embeddings", embeddings);
        return answer;
    }

    private static void checkLength(EmbeddingModel model, int tokens, JsonNode settings) {
        GoogleError.require(
                tokens <= model.inputTokensMax()
                        || settings.path("autoTruncate").asBoolean(true),
                "The input token count is " + tokens + " but the model only supports up to " + model.inputTokensMax()
                        + ".");
    }

    private static String text(JsonNode request) {
        String text = GoogleRequest.textOf(request.path("content"));
        GoogleError.require(!text.isEmpty(), "* EmbedContentRequest.content: content is empty");
        return text;
    }

    private ObjectNode values(EmbeddingModel model, String text, JsonNode settings) {
        int dimensions = settings.path("outputDimensionality").asInt(EmbeddingModel.DIMENSIONS_MAX);
        GoogleError.require(
                dimensions >= 1 && dimensions <= EmbeddingModel.DIMENSIONS_MAX,
                "* EmbedContentRequest.output_dimensionality: output_dimensionality must be in the range [1, 3072]");
        double[] vector = scaled(whole(model, text), EmbeddingModel.DIMENSIONS_MAX);
        if (model.scalesShorter()) {
            vector = scaled(vector, dimensions);
        }
        ObjectNode embedding = JsonTrees.object();
        ArrayNode values = embedding.putArray("values");
        for (int i = 0; i < dimensions; i++) {
            values.add((float) vector[i]);
        }
        return embedding;
    }

    private double[] whole(EmbeddingModel model, String text) {
        String read = text.substring(0, (int) Math.min(text.length(), PromptTokens.bytesOf(model.inputTokensMax())));
        List<String> words = new ArrayList<>(GoogleRequest.words(read));
        if (words.isEmpty()) {
            words.add(read);
        }
        double[] sum = new double[EmbeddingModel.DIMENSIONS_MAX];
        for (String word : words.subList(0, Math.min(words.size(), WORDS_MAX))) {
            SplittableRandom random = new SplittableRandom(seed ^ hash(model.name() + "\n" + word));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += random.nextDouble(-1, 1);
            }
        }
        return sum;
    }

    private static long hash(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    /** Scales the beginning of a vector to length 1. */
    private static double[] scaled(double[] vector, int dimensions) {
        double sum = 0;
        for (int i = 0; i < dimensions; i++) {
            sum += vector[i] * vector[i];
        }
        double[] scaled = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            scaled[i] = vector[i] / Math.sqrt(sum);
        }
        return scaled;
    }
}
