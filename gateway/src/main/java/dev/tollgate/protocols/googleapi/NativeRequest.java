package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.PromptStart;
import dev.tollgate.upstreams.pool.NativeAsk;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A GenerateContentRequest in one spelling, with what is asked about it.
 *
 * @param body without what has no effect, and without {@code maxOutputTokens}
 * @param tokensMax the caller's {@code maxOutputTokens}; null without one
 * @param tier the service tier that was asked for, also listed in {@code ignored}; null without one and for an unknown word
 * @param labels the caller's labels, also listed in {@code ignored}
 * @param ignored fields that were left out (D5)
 * @param output that the caller asks for besides text
 * @param asksForWav whether speech is to come as WAV or as samples alone; null if the caller says nothing
 */
public record NativeRequest(
        ObjectNode body,
        @Nullable Long tokensMax,
        @Nullable ServiceTier tier,
        CallerNames labels,
        List<String> ignored,
        OutputWish output,
        @Nullable Boolean asksForWav) {

    private static final String CONFIG = "generationConfig";

    JsonNode config() {
        return body.path(CONFIG);
    }

    public JsonNode contents() {
        return body.path("contents");
    }

    /** Returns whether speech comes as WAV. Google's is a WAV file if it comes whole, and samples in a stream. */
    public boolean speaksWav(boolean streams) {
        return asksForWav == null ? !streams : asksForWav;
    }

    /** Returns the token of the place from which an answer goes on; null at its beginning. */
    @Nullable
    String continuationToken() {
        String token = body.path(NativeAsk.CONTINUATION).asString("");
        return token.isEmpty() ? null : token;
    }

    int candidates() {
        return config().path("candidateCount").asInt(1);
    }

    JsonNode tools() {
        return body.path("tools");
    }

    JsonNode functionCalling() {
        return body.path("toolConfig").path("functionCallingConfig");
    }

    /** Returns the tools that the provider runs. */
    Set<ProviderTool> providerTools() {
        Set<ProviderTool> used = EnumSet.noneOf(ProviderTool.class);
        for (JsonNode tool : tools()) {
            for (ProviderTool its : ProviderTool.values()) {
                if (tool.has(its.key())) {
                    used.add(its);
                }
            }
        }
        return used;
    }

    boolean hasFunctions() {
        return tools().valueStream()
                .anyMatch(tool -> !tool.path("functionDeclarations").isEmpty());
    }

    boolean hasMedia() {
        return parts().anyMatch(part -> part.has("inlineData")
                || part.has("fileData")
                || part.path("functionResponse").has("parts"));
    }

    /** The thought signatures in it, in its order. */
    List<String> signatures() {
        return parts().map(part -> part.path("thoughtSignature").asString(""))
                .filter(signature -> !signature.isEmpty())
                .toList();
    }

    /** Returns the schema that a complete response must fit, in JSON Schema's words or in OpenAPI's; null without one. */
    public @Nullable ObjectNode schema() {
        JsonNode plain = config().path("responseJsonSchema");
        JsonNode own = config().path("responseSchema");
        return plain instanceof ObjectNode schema
                ? filled(schema)
                : own instanceof ObjectNode schema ? filled(schema) : null;
    }

    /** Passes on the texts by which a session without a name is known. */
    void walkStart(PromptStart.Sums sums) {
        texts(body.path("systemInstruction"), sums);
        sums.next();
        for (JsonNode tool : tools()) {
            for (JsonNode function : tool.path("functionDeclarations")) {
                sums.add(JsonText.of(function.path("name")));
            }
        }
        sums.next();
        contents()
                .valueStream()
                .filter(content -> content.path("role").asString("user").equals("user"))
                .findFirst()
                .ifPresent(content -> texts(content, sums));
    }

    private static void texts(JsonNode content, PromptStart.Sums sums) {
        for (JsonNode part : content.path("parts")) {
            if (part.path("text").isString()) {
                sums.add(JsonText.of(part.path("text")));
            }
        }
    }

    private static @Nullable ObjectNode filled(ObjectNode schema) {
        return schema.isEmpty() ? null : schema;
    }

    private Stream<JsonNode> parts() {
        return contents().valueStream().flatMap(content -> content.path("parts").valueStream());
    }
}
