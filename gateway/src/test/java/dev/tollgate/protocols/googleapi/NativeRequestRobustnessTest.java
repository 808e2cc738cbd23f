package dev.tollgate.protocols.googleapi;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.testing.Effort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whatever a body holds, it is read or refused; and what is read is bounded. */
class NativeRequestRobustnessTest {

    private static final int ROUNDS = Effort.of(5_000, 100_000);
    private static final JsonMapper JSON = new JsonMapper();
    private static final Catalogue CATALOGUE = CatalogueLoader.builtIn();

    private static final String WHOLE = """
            {"model":"models/x","systemInstruction":{"role":"user","parts":[{"text":"Be brief."}]},
            "contents":[{"role":"user","parts":[{"text":"Weather?"},
            {"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="},"videoMetadata":{"fps":2}},
            {"fileData":{"fileUri":"https://youtu.be/x","mimeType":"video/mp4"}}]},
            {"role":"model","parts":[{"functionCall":{"id":"c1","name":"f","args":{"a":[1,2.5,null]}},"thoughtSignature":"c2ln"}]},
            {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"f","response":{"output":"4C"},
            "parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]}}]}],
            "tools":[{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":{"type":"object"}}]},
            {"googleSearch":{"timeRangeFilter":{}}}],
            "toolConfig":{"functionCallingConfig":{"mode":"auto","allowedFunctionNames":["f"]}},
            "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}],
            "generationConfig":{"temperature":1.0,"topP":0.5,"topK":40,"candidateCount":1,"maxOutputTokens":100,"seed":7,
            "stopSequences":["x"],"presencePenalty":0,"responseMimeType":"application/json","responseSchema":{"type":"STRING"},
            "responseModalities":["TEXT"],"thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024},"logprobs":2},
            "serviceTier":"x","store":true}""";

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "1e-999",
            "12345678901234567890123",
            "1.0",
            "\"\"",
            "\"TEXT\"",
            "\"7\"",
            "\"1e9\"",
            "\"\\ud83d\\ude00\"",
            "[]",
            "{}",
            "[[]]",
            "[null]",
            "[{}]",
            "{\"text\":\"x\"}",
            "{\"parts\":[]}",
            "{\"a\":{\"b\":[]}}");

    @Test
    void no_body_breaks_the_reader_and_none_gets_by_unbounded() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            JsonNode tree = JSON.readTree(WHOLE);
            for (int change = random.nextInt(4); change >= 0; change--) {
                change(tree, random);
            }
            String body = tree.toString();
            try {
                read += pass(body) ? 1 : 0;
            } catch (ApiException refused) {
                assertThat(refused.error().status()).isEqualTo(400);
                assertThat(refused.error().message()).isNotBlank().hasSizeLessThan(2_000);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + body, e);
            }
        }
        assertThat(read).as("seed " + seed).isGreaterThan(ROUNDS / 100);
    }

    /** @return whether some model takes it */
    private static boolean pass(String body) {
        NativeRequest request = NativeRequestReader.read(body.getBytes(StandardCharsets.UTF_8), ReadLimits.DEFAULT);
        PromptSize size = PromptSizes.of(request);
        long text = text(request.contents())
                + text(request.body().path("systemInstruction"))
                + text(request.body().path("tools"));
        assertThat(size.textBytes()).as(body).isGreaterThanOrEqualTo(text);
        assertThat(request.body().path("generationConfig").has("maxOutputTokens"))
                .isFalse();
        assertThat(request.body().has("cachedContent")).isFalse();
        boolean taken = false;
        for (Model model : CATALOGUE.all()) {
            try {
                ConversationRules.check(request.contents(), model.upstream(), true);
                GenerateModelRules.check(model, request);
                taken = true;
            } catch (ApiException refused) {
                assertThat(refused.error().status()).isEqualTo(400);
            }
        }
        return taken || size.textBytes() > 0;
    }

    /** The characters of all texts, except in media and control fields. */
    private static long text(JsonNode node) {
        long sum = 0;
        if (node.isString()) {
            return node.stringValue().length();
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            sum += switch (member.getKey()) {
                case "inlineData",
                        "fileData",
                        "videoMetadata",
                        "role",
                        "mediaResolution",
                        "partMetadata",
                        "scheduling" -> 0;
                default -> text(member.getValue());
            };
        }
        if (node.isArray()) {
            for (JsonNode element : node) {
                sum += text(element);
            }
        }
        return sum;
    }

    private static void change(JsonNode tree, SplittableRandom random) {
        List<JsonNode> places = new ArrayList<>();
        collect(tree, places);
        JsonNode place = places.get(random.nextInt(places.size()));
        JsonNode value = random.nextBoolean()
                ? JSON.readTree(VALUES.get(random.nextInt(VALUES.size())))
                : places.get(random.nextInt(places.size())).deepCopy();
        if (place instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(4)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(ProtoMessages.snake(name), value);
                default -> object.set(name, value);
            }
        } else if (place instanceof ArrayNode array) {
            if (array.isEmpty() || random.nextBoolean()) {
                array.add(value);
            } else {
                array.set(random.nextInt(array.size()), value);
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> places) {
        if (node.isContainer()) {
            places.add(node);
            node.forEach(child -> collect(child, places));
        }
    }
}
