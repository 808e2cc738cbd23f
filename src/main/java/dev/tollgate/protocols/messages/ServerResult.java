package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.ContentPart.Source;
import dev.tollgate.base.conversation.ContentPart.Text;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.JsonBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The content of a result of a tool that the vendor's servers ran: JSON for the model, and a file that it holds. */
final class ServerResult {

    private static final String SEALED = "encrypted_";

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

    private static void requireOpen(JsonNode node, String path) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            String at = path + "." + member.getKey();
            if (member.getKey().startsWith(SEALED)
                    && !member.getValue().asString("").isEmpty()) {
                throw JsonBody.invalid(
                        at, "was sealed by another server and cannot be read here. Send a text instead.");
            }
            requireOpen(member.getValue(), at);
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            requireOpen(node.get(i), path + "." + i);
        }
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
                new MessagesField.OfMedium(path),
                Named.FILE,
                new Source.Inline(standard),
                type.isEmpty() ? null : type,
                null,
                null);
    }
}
