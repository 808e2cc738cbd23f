package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.PromptBytes;
import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.conversation.PromptSize;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Walks a request for the bound on its prompt (D31), by the measure of the other doors ({@link PromptSize}): all text, names, schemas, arguments and
 * signatures in UTF-8 bytes, and its media. A content is a message, and so is each result of a function in it.
 */
final class PromptSizes {

    /** Members of a part that are no text of the prompt. */
    private static final Set<String> NO_TEXT =
            Set.of("inlineData", "fileData", "videoMetadata", "mediaResolution", "partMetadata", "thought");

    private final PromptBytes count;
    private int messages;
    private int calls;
    private int tools;

    private PromptSizes(PromptPrint.Making print) {
        this.count = new PromptBytes(print);
    }

    static PromptSize of(NativeRequest request) {
        PromptSizes sizes = new PromptSizes(PromptPrint.Making.NONE);
        JsonNode body = request.body();
        for (int i = 0; i < request.contents().size(); i++) {
            sizes.content(request.contents().get(i).path("parts"), "contents[" + i + "].parts");
        }
        JsonNode instruction = body.path("systemInstruction").path("parts");
        if (!instruction.isEmpty()) {
            sizes.content(instruction, "systemInstruction.parts");
        }
        body.path("tools").forEach(sizes::tool);
        sizes.count.tree(body.path("toolConfig").path("retrievalConfig"));
        sizes.format(request.config());
        return new PromptSize(sizes.count.bytes(), sizes.messages, sizes.calls, sizes.tools, sizes.count.media());
    }

    /** Walks the bytes of the texts. */
    static PromptParts parts(NativeRequest request) {
        PromptSizes sizes = new PromptSizes(new PromptPrint.Making());
        sizes.parts(request.body().path("systemInstruction").path("parts"), "");
        sizes.count.end();
        request.tools().forEach(sizes::tool);
        sizes.count.end();
        boolean hasAnswer = request.continuationToken() != null; // it goes on with one
        for (JsonNode content : request.contents()) {
            sizes.parts(content.path("parts"), "");
            sizes.count.end();
            hasAnswer |= content.path("role").asString("").equals("model");
        }
        int last = request.contents().size() - 1;
        return new PromptParts(sizes.count.print(), hasAnswer, part -> switch (part) {
            case 0 -> "systemInstruction";
            case 1 -> "tools";
            default -> "contents." + Math.min(part - 2, last);
        });
    }

    private void content(JsonNode parts, String path) {
        int results = (int)
                parts.valueStream().filter(part -> part.has("functionResponse")).count();
        messages += results + (results < parts.size() || parts.isEmpty() ? 1 : 0);
        parts(parts, path);
    }

    private void tool(JsonNode tool) {
        for (Map.Entry<String, JsonNode> member : tool.properties()) {
            if (member.getKey().equals("functionDeclarations")) {
                member.getValue().forEach(this::declaration);
                tools += member.getValue().size();
            } else {
                count.text(member.getKey());
                members(member.getValue());
                tools++;
            }
        }
    }

    private void declaration(JsonNode function) {
        for (JsonNode value : function) {
            if (value.isString()) {
                count.string(value);
            } else {
                count.tree(value);
            }
        }
    }

    /** An object without members says nothing. */
    private void members(JsonNode object) {
        if (!object.isEmpty()) {
            count.tree(object);
        }
    }

    /** The model reads two of the settings: the schema of the response and the stop sequences. */
    private void format(JsonNode config) {
        config.path("stopSequences").forEach(count::string);
        count.tree(config.path("responseSchema"));
        count.tree(config.path("responseJsonSchema"));
    }

    private void parts(JsonNode parts, String path) {
        for (int i = 0; i < parts.size(); i++) {
            part(parts.get(i), path + "[" + i + "]");
        }
    }

    private void part(JsonNode part, String path) {
        for (Map.Entry<String, JsonNode> member : part.properties()) {
            switch (member.getKey()) {
                case "text", "thoughtSignature" -> count.string(member.getValue());
                case "inlineData" -> inline(member.getValue(), path, isFast(part));
                case "fileData" -> remote(member.getValue(), path, isFast(part));
                case "functionCall" -> call(member.getValue());
                case "functionResponse" -> result(member.getValue(), path);
                case String name when NO_TEXT.contains(name) -> {}
                default -> count.tree(member.getValue());
            }
        }
    }

    private void call(JsonNode call) {
        count.text(call.path("id").asString(""));
        count.text(call.path("name").asString(""));
        count.json(call.path("args"));
        calls++;
    }

    /** A result is named by its id, or by its function if it has none. A text that clients wrap as a result counts as itself. */
    private void result(JsonNode result, String path) {
        JsonNode response = result.path("response");
        count.text(result.path(result.has("id") ? "id" : "name").asString(""));
        JsonNode wrapped = response.has("result") ? response.path("result") : response.path("output");
        if (response.size() == 1 && wrapped.isString()) {
            count.string(wrapped);
        } else {
            count.json(response);
        }
        parts(result.path("parts"), path + ".functionResponse.parts");
    }

    /** At more than a frame a second a video's bytes say little of its tokens: it counts as one of unknown length (D31). */
    private void inline(JsonNode blob, String path, boolean isFast) {
        count.text(blob.path("displayName").asString(""));
        String data = blob.path("data").asString("");
        ContentPart.Source source = isFast ? new ContentPart.Source.Remote("") : new ContentPart.Source.Inline(data);
        count.medium(new ContentPart.Media(Place.at(path), ContentPart.Named.FILE, source, type(blob), null, null));
    }

    private static boolean isFast(JsonNode part) {
        return part.path("videoMetadata")
                        .path("fps")
                        .decimalValue(BigDecimal.ZERO)
                        .compareTo(BigDecimal.ONE)
                > 0;
    }

    private void remote(JsonNode file, String path, boolean isFast) {
        count.text(file.path("displayName").asString(""));
        String uri = isFast ? "" : file.path("fileUri").asString("");
        count.medium(new ContentPart.Media(
                Place.at(path), ContentPart.Named.FILE, new ContentPart.Source.Remote(uri), type(file), null, null));
    }

    private static @Nullable String type(JsonNode medium) {
        String said = medium.path("mimeType").asString("");
        return said.isEmpty() ? null : said.toLowerCase(Locale.ROOT);
    }
}
