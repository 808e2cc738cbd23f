package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
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

/** Walks a request for the bound on its prompt (D31): all text, names, schemas, arguments and signatures in UTF-8 bytes, and its media. */
final class PromptSizes {

    /** Members of a part that are no text of the prompt. */
    private static final Set<String> NO_TEXT =
            Set.of("inlineData", "fileData", "videoMetadata", "mediaResolution", "partMetadata", "thought");

    private final List<ContentPart.Media> media = new ArrayList<>();
    private long bytes;
    private int calls;

    private PromptSizes() {}

    static PromptSize of(NativeRequest request) {
        PromptSizes sizes = new PromptSizes();
        JsonNode body = request.body();
        for (int i = 0; i < request.contents().size(); i++) {
            sizes.parts(request.contents().get(i).path("parts"), "contents[" + i + "].parts");
        }
        sizes.parts(body.path("systemInstruction").path("parts"), "systemInstruction.parts");
        sizes.tree(body.path("tools"));
        sizes.tree(body.path("toolConfig"));
        sizes.tree(request.config());
        int tools = body.path("tools")
                .valueStream()
                .mapToInt(tool -> tool.path("functionDeclarations").size() + (tool.has("googleSearch") ? 1 : 0))
                .sum();
        return new PromptSize(sizes.bytes, request.contents().size() + 1, sizes.calls, tools, sizes.media);
    }

    private void parts(JsonNode parts, String path) {
        for (int i = 0; i < parts.size(); i++) {
            part(parts.get(i), path + "[" + i + "]");
        }
    }

    private void part(JsonNode part, String path) {
        for (Map.Entry<String, JsonNode> member : part.properties()) {
            switch (member.getKey()) {
                case "text", "thoughtSignature" -> bytes += JsonText.utf8Bytes(member.getValue());
                case "inlineData" -> inline(member.getValue(), path, isFast(part));
                case "fileData" -> remote(member.getValue(), path, isFast(part));
                case "functionResponse" -> result(member.getValue(), path);
                case String name when NO_TEXT.contains(name) -> {}
                default -> tree(member.getValue());
            }
        }
        calls += part.has("functionCall") ? 1 : 0;
    }

    private void result(JsonNode result, String path) {
        text(result.path("name").asString(""));
        text(result.path("id").asString(""));
        tree(result.path("response"));
        parts(result.path("parts"), path + ".functionResponse.parts");
        calls++;
    }

    /** At more than a frame a second a video's bytes say little of its tokens: it counts as one of unknown length (D31). */
    private void inline(JsonNode blob, String path, boolean isFast) {
        String data = blob.path("data").asString("");
        ContentPart.Source source = isFast ? new ContentPart.Source.Remote("") : new ContentPart.Source.Inline(data);
        media.add(new ContentPart.Media(Place.at(path), ContentPart.Named.FILE, source, type(blob), null, null));
    }

    private static boolean isFast(JsonNode part) {
        return part.path("videoMetadata")
                        .path("fps")
                        .decimalValue(BigDecimal.ZERO)
                        .compareTo(BigDecimal.ONE)
                > 0;
    }

    private void remote(JsonNode file, String path, boolean isFast) {
        String uri = isFast ? "" : file.path("fileUri").asString("");
        media.add(new ContentPart.Media(
                Place.at(path), ContentPart.Named.FILE, new ContentPart.Source.Remote(uri), type(file), null, null));
    }

    private static @Nullable String type(JsonNode medium) {
        String said = medium.path("mimeType").asString("");
        return said.isEmpty() ? null : said.toLowerCase(Locale.ROOT);
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
            bytes += JsonText.utf8Bytes(node) + 2;
        } else if (!node.isMissingNode()) {
            bytes += node.toString().length();
        }
    }

    private void text(String text) {
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
    }
}
