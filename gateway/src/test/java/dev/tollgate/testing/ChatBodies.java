package dev.tollgate.testing;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.protocols.openai.ChatPlaces;
import dev.tollgate.protocols.openai.ChatRequestReader;
import java.nio.charset.StandardCharsets;

/** What callers of Chat Completions ask, and the places in their bodies, for tests of what knows no protocol. */
public final class ChatBodies {

    private ChatBodies() {}

    public static Conversation read(String body) {
        return read(body.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws ApiException 400 */
    public static Conversation read(byte[] body) {
        return ChatRequestReader.read(body, ReadLimits.DEFAULT).conversation();
    }

    public static Place whole() {
        return ChatPlaces.NAMES.at("");
    }

    public static Place message(int index) {
        return ChatPlaces.NAMES.at("messages", index);
    }

    public static Place call(int message, int index) {
        return message(message).at("tool_calls", index);
    }

    public static Place functionCall(int message) {
        return ChatPlaces.CALLER.at("messages", message);
    }

    public static Place tool(int index) {
        return ChatPlaces.NAMES.at("tools", index);
    }

    public static Place function(int index) {
        return ChatPlaces.FUNCTION.at("functions", index);
    }

    public static Place medium(String path) {
        return ChatPlaces.NAMES.at(path);
    }
}
