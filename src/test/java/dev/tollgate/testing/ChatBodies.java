package dev.tollgate.testing;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.protocols.openai.Field;
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
        return new Field.Body();
    }

    public static Place message(int index) {
        return new Field.OfMessage(index);
    }

    public static Place call(int message, int index) {
        return new Field.OfCall(message, index);
    }

    public static Place functionCall(int message) {
        return new Field.OfFunctionCall(message);
    }

    public static Place tool(int index) {
        return new Field.OfTool(index);
    }

    public static Place function(int index) {
        return new Field.OfFunction(index);
    }

    public static Place medium(String path) {
        return new Field.OfMedium(path);
    }
}
