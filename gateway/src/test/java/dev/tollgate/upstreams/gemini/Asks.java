package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.Json;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks to translate, with everything absent that a test does not name. */
public final class Asks {

    static final UpstreamModel PRO_25 = new UpstreamModel(
            "gemini-2.5-pro",
            new UpstreamModel.Limits(1_048_576, 65_536, false, 8, 0),
            new UpstreamModel.Abilities(true, false, false, false, false, true, false),
            new Thinking.Budget(
                    128,
                    32_768,
                    Map.of(
                            Effort.MINIMAL,
                            1024L,
                            Effort.LOW,
                            1024L,
                            Effort.MEDIUM,
                            8192L,
                            Effort.HIGH,
                            24_576L,
                            Effort.MAX,
                            32_768L)),
            UpstreamModel.Output.TEXT,
            List.of(),
            Map.of(),
            null);

    static final UpstreamModel PRO_31 = new UpstreamModel(
            "gemini-3.1-pro-preview",
            new UpstreamModel.Limits(1_048_576, 65_536, false, 1, 0),
            new UpstreamModel.Abilities(true, false, false, true, true, true, true),
            new Thinking.Level(
                    Map.of(Effort.MINIMAL, "LOW", Effort.LOW, "LOW", Effort.MEDIUM, "MEDIUM", Effort.HIGH, "HIGH"),
                    true),
            UpstreamModel.Output.TEXT,
            List.of(),
            Map.of(),
            null);

    /** Does not go on from its own words. */
    static final UpstreamModel FLASH_38 = new UpstreamModel(
            "gemini-3.8-flash",
            new UpstreamModel.Limits(1_048_576, 65_536, false, 1, 0),
            new UpstreamModel.Abilities(true, false, false, true, true, false, true),
            PRO_31.thinking(),
            UpstreamModel.Output.TEXT,
            List.of(),
            Map.of(),
            null);

    /** Takes what the others refuse. */
    static final UpstreamModel PLAIN = new UpstreamModel(
            "plain",
            new UpstreamModel.Limits(1000, 1000, false, 8, 0),
            new UpstreamModel.Abilities(true, true, true, false, false, true, false),
            new Thinking.None(),
            UpstreamModel.Output.TEXT,
            List.of(),
            Map.of(),
            null);

    static final java.util.Set<String> BUCKETS = java.util.Set.of("open-bucket");

    final List<Message> messages = new ArrayList<>();
    final List<Tool> tools = new ArrayList<>();
    ToolChoice toolChoice = new ToolChoice.Auto();
    ResponseFormat format = new ResponseFormat.Text();
    List<String> stop = List.of();
    int n = 1;
    Double temperature;
    Double topP;
    Integer topK;
    Double presencePenalty;
    Double frequencyPenalty;
    boolean logprobs;
    Integer topLogprobs;
    Long seed;
    Effort reasoningEffort;
    boolean webSearch;
    GoogleOptions google;
    CallIds callIds = CallIds.ANY;
    UpstreamModel model = PRO_25;
    boolean includeThoughts;
    Effort effort;
    Replay replay = Replay.NONE;

    static Asks asks() {
        return new Asks();
    }

    Asks on(UpstreamModel other) {
        model = other;
        return this;
    }

    Asks with(Consumer<Asks> change) {
        change.accept(this);
        return this;
    }

    Asks instruction(String text) {
        messages.add(new Message.Instruction(ChatBodies.message(messages.size()), text));
        return this;
    }

    /** A system message behind the first turn. */
    Asks later(String text) {
        messages.add(new Message.User(ChatBodies.message(messages.size()), List.of(new ContentPart.Text(text)), true));
        return this;
    }

    Asks user(String text) {
        return user(new ContentPart.Text(text));
    }

    Asks user(ContentPart... parts) {
        messages.add(new Message.User(ChatBodies.message(messages.size()), List.of(parts)));
        return this;
    }

    Asks assistant(String text, Message.ToolCall... calls) {
        messages.add(new Message.Assistant(ChatBodies.message(messages.size()), text, placed(calls), null));
        return this;
    }

    Asks signed(String text, String signature, Message.ToolCall... calls) {
        messages.add(new Message.Assistant(ChatBodies.message(messages.size()), text, placed(calls), signature));
        return this;
    }

    private List<Message.ToolCall> placed(Message.ToolCall... calls) {
        int message = messages.size();
        return IntStream.range(0, calls.length)
                .mapToObj(i -> new Message.ToolCall(
                        calls[i].id() == null ? ChatBodies.functionCall(message) : ChatBodies.call(message, i),
                        calls[i].id(),
                        calls[i].name(),
                        calls[i].arguments(),
                        calls[i].thoughtSignature()))
                .toList();
    }

    /** What is known of the only assistant's message: its calls in their order, then perhaps its text. */
    Asks replay(Replay.Part... parts) {
        Replay.Builder known = new Replay.Builder(channel -> model.name());
        for (Message message : messages) {
            if (message instanceof Message.Assistant assistant) {
                for (int i = 0; i < parts.length; i++) {
                    if (i < assistant.toolCalls().size()) {
                        known.add(assistant.toolCalls().get(i), parts[i]);
                    } else {
                        known.add(assistant, parts[i]);
                    }
                }
            }
        }
        replay = known.build().onChannel("main", PRO_31.name());
        return this;
    }

    Asks result(String id, String text) {
        return result(id, new ContentPart.Text(text));
    }

    Asks result(String id, ContentPart... parts) {
        messages.add(new Message.ToolResult(ChatBodies.message(messages.size()), id, List.of(parts)));
        return this;
    }

    Asks tool(String name, String schema) {
        tools.add(new Tool(ChatBodies.tool(tools.size()), name, null, schema == null ? null : object(schema), null));
        return this;
    }

    static Message.ToolCall call(String id, String name, String arguments) {
        return new Message.ToolCall(id, name, arguments, null);
    }

    static Message.ToolCall call(String id, String name, String arguments, String signature) {
        return new Message.ToolCall(id, name, arguments, signature);
    }

    static ContentPart.Media media(String mimeType, String base64) {
        return media(mimeType, base64, null);
    }

    static ContentPart.Media media(String mimeType, String base64, String detail) {
        return new ContentPart.Media(
                ChatBodies.medium("messages.0.content.0.image_url"),
                ContentPart.Named.PICTURE,
                new ContentPart.Source.Inline(base64),
                mimeType,
                detail,
                null);
    }

    static ContentPart.Media remote(String url) {
        return new ContentPart.Media(
                ChatBodies.medium("messages.0.content.0.image_url"),
                ContentPart.Named.PICTURE,
                new ContentPart.Source.Remote(url),
                null,
                null,
                null);
    }

    public static ObjectNode object(String json) {
        return (ObjectNode) Json.MAPPER.readTree(json);
    }

    ChatAsk ask() {
        Conversation conversation = new Conversation(
                ChatBodies.whole(),
                messages,
                new Sampling(
                        n,
                        stop,
                        temperature,
                        topP,
                        topK,
                        presencePenalty,
                        frequencyPenalty,
                        logprobs,
                        topLogprobs,
                        seed),
                tools,
                toolChoice,
                false,
                format,
                reasoningEffort,
                null,
                webSearch,
                google);
        return new ChatAsk(conversation, "gemini-2.5-pro", model.name(), includeThoughts, effort, replay);
    }

    /** What a conversation that was read asks of a model. */
    static ChatAsk of(Conversation conversation, UpstreamModel model) {
        return new ChatAsk(conversation, "m", model.name(), true, null, Replay.NONE);
    }

    GeminiBody body() {
        return GeminiRequestWriter.write(ask(), model, callIds, BUCKETS, ServiceTier.STANDARD);
    }

    static byte[] bytes(GeminiBody body, @Nullable Long maxOutputTokens) {
        byte[] end = body.end(maxOutputTokens).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] bytes = java.util.Arrays.copyOf(body.whole(), body.open() + end.length);
        System.arraycopy(end, 0, bytes, body.open(), end.length);
        return bytes;
    }

    String json() {
        return new String(bytes(body(), null), java.nio.charset.StandardCharsets.UTF_8);
    }

    JsonNode tree() {
        return Json.STRICT.readTree(json());
    }

    /** What stands at a JSON pointer, as compact JSON. */
    String at(String pointer) {
        return tree().at(pointer).toString();
    }
}
