package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.PartReferences;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.Tally;
import dev.tollgate.protocols.door.BillingLine;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ModelRules;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a body. Checks its limits (D29), parts that callers may not use (D49), and ranges that hold for every model (protocol 1.6). Each refusal is a
 * 400 that names the field as Google does.
 */
public final class NativeRequestReader {

    private static final int FRAMES_MAX = 24;

    /** Listed as ignored here: the model's price decides later whether it has an effect (D49). */
    static final String TIER = "serviceTier";

    private static final String LABELS = "labels";

    private final ReadLimits limits;
    private final List<String> ignored = new ArrayList<>();
    private OutputWish wish = OutputWish.NONE;
    private int parts;
    private int media;

    private NativeRequestReader(ReadLimits limits) {
        this.limits = limits;
    }

    /** Reads a body whose memory is not charged to a request. */
    static NativeRequest read(byte[] body, ReadLimits limits) {
        return read(body, limits, Lease.FREE);
    }

    /** @param memory charged with the memory of the result */
    static NativeRequest read(byte[] body, ReadLimits limits, Lease memory) {
        return new NativeRequestReader(limits).request(tree("Request", body, limits, memory));
    }

    /**
     * Reads a request that another door has rewritten into Gemini's form. It may name cached contents.
     *
     * @param memory charged with the memory of the result
     * @throws ApiException a 400 that names a field of that form
     */
    public static OpenNative open(ObjectNode request, ReadLimits limits, Lease memory) {
        Spelling spelling = new Spelling();
        return new OpenNative(tree("Request", request, memory, spelling), limits, spelling);
    }

    /** Reads a request that has been put together here. */
    static NativeRequest rewritten(ObjectNode request, ReadLimits limits, Lease memory) {
        return new NativeRequestReader(limits).request(tree("Request", request, memory, new Spelling()));
    }

    static ObjectNode tree(String message, byte[] body, ReadLimits limits, Lease memory) {
        return tree(message, JsonObjectReader.read(body, limits, memory), memory, new Spelling());
    }

    private static ObjectNode tree(String message, ObjectNode given, Lease memory, Spelling spelling) {
        Tally tally = new Tally(memory);
        ObjectNode tree = ProtoReader.read(message, given, tally, spelling);
        tally.settle();
        return tree;
    }

    /** Checks a request in one spelling. */
    static NativeRequest checked(ObjectNode request, ReadLimits limits) {
        return new NativeRequestReader(limits).request(request);
    }

    /** Reads a body that may name cached contents. */
    static OpenNative open(byte[] body, ReadLimits limits, Lease memory) {
        return open(JsonObjectReader.read(body, limits, memory), limits, memory);
    }

    /** Reads a body of {@code countTokens}: the request is in {@code generateContentRequest}, or its members are at the top level. */
    static OpenNative openCount(byte[] body, ReadLimits limits, Lease memory) {
        Spelling spelling = new Spelling();
        ObjectNode tree = tree("CountRequest", JsonObjectReader.read(body, limits, memory), memory, spelling);
        if (tree.get("generateContentRequest") instanceof ObjectNode whole) {
            require(
                    !tree.has("contents"),
                    "generate_content_request",
                    "generate_content_request and contents cannot both be set.");
            return new OpenNative(whole, limits, spelling);
        }
        return new OpenNative(tree, limits, spelling);
    }

    private NativeRequest request(ObjectNode body) {
        body.remove("model");
        require(
                !body.has("cachedContent"),
                "cached_content",
                "cached_content: cached contents cannot be used here, only in generateContent, countTokens and interactions; send the contents themselves.");
        ServiceTier tier = tier(body.path(TIER));
        drop(body, TIER, TIER, ignored);
        CallerNames labels = CallerNames.ofLabels(body.path(LABELS));
        drop(body, LABELS, LABELS, ignored);
        contents(body.path("contents"));
        instruction(body.path("systemInstruction").path("parts"));
        tools(body.path("tools"));
        safety(body.path("safetySettings"));
        require(
                !body.path("toolConfig")
                        .path("includeServerSideToolInvocations")
                        .asBoolean(false),
                "tool_config",
                "tool_config: server-side tool invocations are not supported.");
        GenerationConfigReader config = new GenerationConfigReader(wish, ignored);
        Long tokensMax = body.get("generationConfig") instanceof ObjectNode given ? config.read(given) : null;
        return new NativeRequest(
                body, tokensMax, tier, labels, List.copyOf(ignored), config.wish(), config.asksForWav());
    }

    /** Google takes the words in either case. */
    private static @Nullable ServiceTier tier(JsonNode named) {
        return named.isString()
                ? ServiceTier.of(named.stringValue().toLowerCase(Locale.ROOT)).orElse(null)
                : null;
    }

    /** Takes out a member without effect. */
    static void drop(ObjectNode object, String name, String path, List<String> ignored) {
        if (object.remove(name) != null) {
            ignored.add(path);
        }
    }

    // ---- contents ----

    static void requireContents(JsonNode contents) {
        require(!contents.isEmpty(), "contents", "* GenerateContentRequest.contents: contents is not specified");
    }

    private void contents(JsonNode contents) {
        requireContents(contents);
        require(
                contents.size() <= limits.messagesMax(),
                "contents",
                "contents: at most " + limits.messagesMax() + " contents are allowed.");
        for (int i = 0; i < contents.size(); i++) {
            content(contents.get(i), "contents[" + i + "]");
        }
    }

    private void content(JsonNode content, String path) {
        parts += content.path("parts").size();
        require(parts <= limits.partsMax(), path, path + ": at most " + limits.partsMax() + " parts are allowed.");
        parts(content.path("parts"), path + ".parts", Set.of());
    }

    /** @param referenced the names of media that a function's response refers to; other names have no effect */
    private void parts(JsonNode list, String path, Set<String> referenced) {
        for (int i = 0; i < list.size(); i++) {
            JsonNode part = list.get(i);
            String at = path + "[" + i + "]";
            if (part.get("inlineData") instanceof ObjectNode blob) {
                dropName(blob, at + ".inlineData.", referenced);
                blob(blob, at + ".inline_data");
            }
            if (part.get("fileData") instanceof ObjectNode file) {
                dropName(file, at + ".fileData.", referenced);
                countMedium(at);
            }
            if (part.has("speechMetadata")) {
                wish = wish.withSound(at + ".speech_metadata");
            }
            checkFrames(part.path("videoMetadata").path("fps"), at + ".video_metadata.fps");
            JsonNode result = part.path("functionResponse");
            parts(result.path("parts"), at + ".function_response.parts", references(result.path("response")));
        }
    }

    private static Set<String> references(JsonNode response) {
        return PartReferences.of(response).stream()
                .map(reference -> reference.asString(""))
                .collect(Collectors.toSet());
    }

    private void dropName(ObjectNode medium, String path, Set<String> referenced) {
        if (!referenced.contains(medium.path(PartReferences.NAME).asString(""))) {
            drop(medium, PartReferences.NAME, path + PartReferences.NAME, ignored);
        }
    }

    /** Normalises inline data to the one form that upstreams read. */
    private void blob(ObjectNode blob, String path) {
        countMedium(path);
        String data = Base64Text.standard(blob.path("data").asString(""));
        if (data == null) {
            throw refuse(path + ".data", "Invalid value at '" + path + ".data' (TYPE_BYTES), Base64 decoding failed.");
        }
        blob.put("data", data);
    }

    private static void checkFrames(JsonNode fps, String path) {
        require(
                fps.isMissingNode()
                        || (fps.decimalValue().signum() > 0
                                && GenerationConfigReader.isWithin(fps.decimalValue(), 0, FRAMES_MAX)),
                path,
                path + ": must be above 0 and at most " + FRAMES_MAX + ".");
    }

    private void countMedium(String path) {
        media++;
        require(media <= limits.mediaMax(), path, path + ": at most " + limits.mediaMax() + " media are allowed.");
    }

    private void instruction(JsonNode parts) {
        for (Iterator<JsonNode> all = parts.iterator(); all.hasNext(); ) {
            JsonNode part = all.next();
            require(
                    part.propertyStream().allMatch(member -> member.getKey().equals("text")),
                    "system_instruction",
                    "system_instruction: only text is supported.");
            JsonText given = part.path("text").isString() ? JsonText.of(part.get("text")) : JsonText.EMPTY;
            JsonText text = BillingLine.without(given, "systemInstruction", ignored::add);
            if (text != given && text.isEmpty()) {
                all.remove();
            } else if (text != given) {
                ((ObjectNode) part).set("text", text.node());
            }
        }
    }

    /** A setting without a category or a threshold says nothing. */
    private void safety(JsonNode settings) {
        long categories = settings.valueStream()
                .map(setting -> setting.path("category").asString(""))
                .distinct()
                .count();
        require(
                categories == settings.size(),
                "safety_settings",
                "safety_settings: only one safety setting per category is allowed.");
        int i = 0;
        for (Iterator<JsonNode> all = settings.iterator(); all.hasNext(); i++) {
            JsonNode setting = all.next();
            if (!setting.has("category") || !setting.has("threshold")) {
                all.remove();
                ignored.add("safetySettings[" + i + "]");
            }
        }
    }

    // ---- tools ----

    private void tools(JsonNode tools) {
        int declarations = 0;
        for (int i = 0; i < tools.size(); i++) {
            for (Map.Entry<String, JsonNode> tool : tools.get(i).properties()) {
                String name = ProtoMessages.snake(tool.getKey());
                String field = "tools[" + i + "]." + name;
                boolean isFiles = tool.getKey().equals("fileSearch");
                require(
                        ProviderTool.of(tool.getKey()) != null || tool.getKey().equals("functionDeclarations"),
                        field,
                        field + ": "
                                + (isFiles
                                        ? "this tool is not available: " + ModelRules.NO_FILE_SEARCH
                                        : "this tool is not available; google_search, url_context, code_execution, google_maps"
                                                + " and function_declarations are."));
            }
            declarations += tools.get(i).path("functionDeclarations").size();
        }
        require(
                declarations <= limits.toolsMax(),
                "tools",
                "tools: at most " + limits.toolsMax() + " function declarations are allowed.");
    }

    // ---- refusals ----

    static void require(boolean right, String path, String message) {
        if (!right) {
            throw refuse(path, message);
        }
    }

    static ApiException refuse(String path, String message) {
        return ApiError.invalid(path, message).asException();
    }
}
