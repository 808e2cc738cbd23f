package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.ContentPart.Source;
import dev.tollgate.base.conversation.ContentPart.Text;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The content of a result of a tool that the vendor's servers ran: JSON for the model, and a file that it holds. */
final class ServerResult {

    private static final String SEALED = "encrypted_";

    /** The most that a refusal shows of the path to a sealed member. */
    private static final int PATH_CHARS_MAX = 256;

    private ServerResult() {}

    /**
     * Returns the parts; none for a search of this server's, which the text behind it rests on.
     *
     * @param content is changed
     * @throws dev.tollgate.base.error.ApiException 400 that names a member that only the vendor can read
     */
    static List<ContentPart> parts(JsonNode content, String path) {
        if (content.isArray() && !openSearch(content)) {
            return List.of();
        }
        requireOpen(content, path);
        List<ContentPart> parts = new ArrayList<>(2);
        Media file = file(content.at("/content/source"), path + ".content.source.data");
        parts.add(new Text(content.toString()));
        if (file != null) {
            parts.add(file);
        }
        return parts;
    }

    /** Leaves titles and addresses of pages, whose texts are sealed. @return whether another server has searched */
    private static boolean openSearch(JsonNode results) {
        boolean isForeign = false;
        for (JsonNode result : results) {
            if (result instanceof ObjectNode page) {
                JsonNode sealed = page.remove(SEALED + "content");
                isForeign |= sealed == null || !sealed.asString("").isEmpty();
            }
        }
        return isForeign;
    }

    private static void requireOpen(JsonNode content, String path) {
        String sealed = sealed(content);
        if (sealed != null) {
            throw JsonBody.invalid(
                    path + sealed.substring(0, Math.min(sealed.length(), PATH_CHARS_MAX)),
                    "was sealed by another server and cannot be read here. Send a text instead.");
        }
    }

    /** Returns the path below a node of the first sealed member; null if there is none. Names may be long and nodes many, so only its own path is made. */
    private static @Nullable String sealed(JsonNode node) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            boolean isSealed = member.getKey().startsWith(SEALED)
                    && !member.getValue().asString("").isEmpty();
            String inner = isSealed ? "" : sealed(member.getValue());
            if (inner != null) {
                return "." + MessageText.plain(member.getKey()) + inner;
            }
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            String inner = sealed(node.get(i));
            if (inner != null) {
                return "." + i + inner;
            }
        }
        return null;
    }

    /** Takes the bytes of a document out of a fetched page. */
    private static @Nullable Media file(JsonNode source, String path) {
        if (!source.path("type").asString("").equals("base64")) {
            return null;
        }
        JsonNode data = ((ObjectNode) source).remove("data");
        String standard = data == null ? null : Base64Text.standard(data.asString(""));
        if (standard == null || standard.isEmpty()) {
            throw JsonBody.invalid(path, "is not valid base64.");
        }
        String type = source.path("media_type").asString("");
        return new Media(
                MessagesPlaces.NAMES.at(path),
                Named.FILE,
                new Source.Inline(standard),
                type.isEmpty() ? null : type,
                null,
                null);
    }
}
