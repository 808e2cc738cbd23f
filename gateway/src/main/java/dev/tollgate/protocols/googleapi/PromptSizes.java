package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.json.JsonText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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

    private final PromptPrint.Making print;
    private final List<ContentPart.Media> media = new ArrayList<>();
    private long bytes;
    private int messages;
    private int calls;
    private int tools;

    private PromptSizes(PromptPrint.Making print) {
        this.print = print;
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
        sizes.tree(body.path("toolConfig").path("retrievalConfig"));
        sizes.format(request.config());
        return new PromptSize(sizes.bytes, sizes.messages, sizes.calls, sizes.tools, sizes.media);
    }

    /** Walks the bytes of the texts. */
    static PromptParts parts(NativeRequest request) {
        PromptPrint.Making print = new PromptPrint.Making();
        PromptSizes sizes = new PromptSizes(print);
        sizes.parts(request.body().path("systemInstruction").path("parts"), "");
        print.end(sizes.bytes);
        request.tools().forEach(sizes::tool);
        print.end(sizes.bytes);
        boolean hasAnswer = false;
        for (JsonNode content : request.contents()) {
            sizes.parts(content.path("parts"), "");
            print.end(sizes.bytes);
            hasAnswer |= content.path("role").asString("").equals("model");
        }
        int last = request.contents().size() - 1;
        return new PromptParts(print.print(sizes.bytes), hasAnswer, part -> switch (part) {
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
                text(member.getKey());
                members(member.getValue());
                tools++;
            }
        }
    }

    private void declaration(JsonNode function) {
        for (JsonNode value : function) {
            if (value.isString()) {
                string(value);
            } else {
                tree(value);
            }
        }
    }

    /** An object without members says nothing. */
    private void members(JsonNode object) {
        if (!object.isEmpty()) {
            tree(object);
        }
    }

    /** The model reads two of the settings: the schema of the response and the stop sequences. */
    private void format(JsonNode config) {
        config.path("stopSequences").forEach(this::string);
        tree(config.path("responseSchema"));
        tree(config.path("responseJsonSchema"));
    }

    private void parts(JsonNode parts, String path) {
        for (int i = 0; i < parts.size(); i++) {
            part(parts.get(i), path + "[" + i + "]");
        }
    }

    private void part(JsonNode part, String path) {
        for (Map.Entry<String, JsonNode> member : part.properties()) {
            switch (member.getKey()) {
                case "text", "thoughtSignature" -> string(member.getValue());
                case "inlineData" -> inline(member.getValue(), path, isFast(part));
                case "fileData" -> remote(member.getValue(), path, isFast(part));
                case "functionCall" -> call(member.getValue());
                case "functionResponse" -> result(member.getValue(), path);
                case String name when NO_TEXT.contains(name) -> {}
                default -> tree(member.getValue());
            }
        }
    }

    private void call(JsonNode call) {
        text(call.path("id").asString(""));
        text(call.path("name").asString(""));
        json(call.path("args"));
        calls++;
    }

    /** A result is named by its id, or by its function if it has none. A text that clients wrap as a result counts as itself. */
    private void result(JsonNode result, String path) {
        JsonNode response = result.path("response");
        text(result.path(result.has("id") ? "id" : "name").asString(""));
        JsonNode wrapped = response.has("result") ? response.path("result") : response.path("output");
        if (response.size() == 1 && wrapped.isString()) {
            string(wrapped);
        } else {
            json(response);
        }
        parts(result.path("parts"), path + ".functionResponse.parts");
    }

    /** At more than a frame a second a video's bytes say little of its tokens: it counts as one of unknown length (D31). */
    private void inline(JsonNode blob, String path, boolean isFast) {
        text(blob.path("displayName").asString(""));
        String data = blob.path("data").asString("");
        ContentPart.Source source = isFast ? new ContentPart.Source.Remote("") : new ContentPart.Source.Inline(data);
        medium(new ContentPart.Media(Place.at(path), ContentPart.Named.FILE, source, type(blob), null, null));
    }

    private void medium(ContentPart.Media medium) {
        media.add(medium);
        print.add(medium);
    }

    private static boolean isFast(JsonNode part) {
        return part.path("videoMetadata")
                        .path("fps")
                        .decimalValue(BigDecimal.ZERO)
                        .compareTo(BigDecimal.ONE)
                > 0;
    }

    private void remote(JsonNode file, String path, boolean isFast) {
        text(file.path("displayName").asString(""));
        String uri = isFast ? "" : file.path("fileUri").asString("");
        medium(new ContentPart.Media(
                Place.at(path), ContentPart.Named.FILE, new ContentPart.Source.Remote(uri), type(file), null, null));
    }

    private static @Nullable String type(JsonNode medium) {
        String said = medium.path("mimeType").asString("");
        return said.isEmpty() ? null : said.toLowerCase(Locale.ROOT);
    }

    /** Compact JSON, as it is sent, escapes included; at most as deep as the body may be nested. */
    private void json(JsonNode node) {
        if (node.isObject()) {
            bytes += 1 + Math.max(1, node.size());
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                bytes += JsonText.jsonBytes(member.getKey()) + "\"\":".length();
                print.add(member.getKey());
                json(member.getValue());
            }
        } else if (node.isArray()) {
            bytes += 1 + Math.max(1, node.size());
            node.forEach(this::json);
        } else if (node.isString()) {
            bytes += JsonText.jsonBytes(node) + 2;
            print.add(node);
        } else if (!node.isMissingNode()) {
            text(node.toString());
        }
    }

    /** Names, values and what stands between them; at most as deep as the body may be nested. */
    private void tree(JsonNode node) {
        if (node.isObject()) {
            bytes += 2;
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                text(member.getKey());
                bytes += "\"\":,".length();
                tree(member.getValue());
            }
        } else if (node.isArray()) {
            bytes += 2;
            for (JsonNode element : node) {
                bytes += 1;
                tree(element);
            }
        } else if (node.isString()) {
            string(node);
            bytes += 2;
        } else if (!node.isMissingNode()) {
            text(node.toString());
        }
    }

    private void string(JsonNode string) {
        bytes += JsonText.utf8Bytes(string);
        print.add(string);
    }

    private void text(String text) {
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
        print.add(text);
    }
}
