package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How the documents' examples are sent, and the shape of what they print. */
public final class Documented {

    public static final JsonMapper JSON = new JsonMapper();
    public static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private Documented() {}

    /** As curl sends it: any type is welcome, nothing is said of streams. */
    public static Gateway.Reply curl(Gateway gateway, String body) {
        return send(gateway, "curl/8.14.1", body);
    }

    public static Gateway.Reply send(Gateway gateway, String agent, String body) {
        return gateway.send(gateway.request("/v1/chat/completions")
                .header("Accept", "*/*")
                .header("User-Agent", agent)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public static void assertDocumentedStream(Gateway.Reply reply, String model) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        assertThat(reply.data().getLast()).isEqualTo("[DONE]");
        List<JsonNode> chunks = reply.chunks();
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.get("id").asString()).matches("chatcmpl-\\d{23}[A-Za-z0-9]{8}");
            assertThat(chunk.get("id")).isEqualTo(chunks.getFirst().get("id"));
            assertThat(chunk.get("object").asString()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.get("model").asString()).isEqualTo(model);
            assertThat(chunk.has("error")).isFalse();
        });
        JsonNode first = chunks.getFirst().at("/choices/0/delta");
        assertThat(first.get("role").asString()).isEqualTo("assistant");
        assertThat(first.has("content")).isTrue();
        assertThat(chunks.getLast().get("choices")).isEmpty();
        assertUsage(chunks.getLast().get("usage"));
        assertThat(chunks.getLast().get("credits_consumed").decimalValue()).isPositive();
    }

    public static JsonNode assertDocumentedCompletion(Gateway.Reply reply, String model) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("application/json");
        JsonNode answer = reply.json();
        assertThat(answer.get("id").asString()).matches("chatcmpl-\\d{23}[A-Za-z0-9]{8}");
        assertThat(answer.get("object").asString()).isEqualTo("chat.completion");
        assertThat(answer.get("created").asLong()).isPositive();
        assertThat(answer.get("model").asString()).isEqualTo(model);
        assertThat(answer.at("/choices/0/index").asInt()).isZero();
        assertThat(answer.at("/choices/0/message/role").asString()).isEqualTo("assistant");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertUsage(answer.get("usage"));
        return answer;
    }

    public static void assertUsage(JsonNode usage) {
        assertThat(usage.get("prompt_tokens").asInt()).isPositive();
        assertThat(usage.get("completion_tokens").asInt()).isPositive();
        assertThat(usage.get("total_tokens").asInt())
                .isGreaterThanOrEqualTo(usage.get("prompt_tokens").asInt()
                        + usage.get("completion_tokens").asInt());
    }

    public static void assertUnits(JsonNode usage) {
        assertThat(usage.get("total_tokens").asInt())
                .isEqualTo(usage.get("prompt_tokens").asInt()
                        + usage.get("completion_tokens").asInt());
        assertThat(usage.get("completion_tokens").asInt() % 21).isZero();
        assertThat(usage.at("/completion_tokens_details/reasoning_tokens").asInt())
                .isPositive();
    }

    public static String finishReason(Gateway.Reply reply) {
        return reply.chunks().stream()
                .map(chunk -> chunk.at("/choices/0/finish_reason").asString(""))
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    public static void assertGrounded(Gateway gateway, Gateway.Reply reply, String text) {
        assertThat(reply.content()).startsWith(text);
        assertThat(gateway.lastAsked().at("/tools/0").has("googleSearch")).isTrue();
        List<JsonNode> citations = reply.chunks().stream()
                .map(chunk -> chunk.at("/choices/0/delta/annotations"))
                .filter(JsonNode::isArray)
                .flatMap(list -> StreamSupport.stream(list.spliterator(), false))
                .toList();
        assertThat(citations).hasSize(2);
        String content = reply.content();
        JsonNode second = citations.get(1).get("url_citation");
        String cited = content.substring(
                content.offsetByCodePoints(0, second.get("start_index").asInt()),
                content.offsetByCodePoints(0, second.get("end_index").asInt()));
        assertThat(cited).as("whole sentences, counted in code points").matches("\\p{Lu}.*\\.");
        assertThat(second.get("url").asString()).startsWith("https://");
    }

    public static void assertScientists(JsonNode list) {
        assertThat(list).hasSize(3);
        assertThat(list).allSatisfy(scientist -> {
            assertThat(scientist.get("name").isString()).isTrue();
            assertThat(scientist.get("field").isString()).isTrue();
        });
    }
}
