package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import java.util.List;

/** A content block that means something to the model. */
sealed interface ContentBlock {

    /** Returns the block's dotted path. */
    String path();

    /** A text, an image or a document. */
    record Content(String path, ContentPart part) implements ContentBlock {}

    /** A summary of the messages before it (E74). */
    record Summary(String path, ContentPart.Text text) implements ContentBlock {}

    /** @param byServer whether the vendor's servers ran the tool, within the message */
    record Call(String path, Message.ToolCall call, boolean byServer) implements ContentBlock {}

    /**
     * @param answered the id of the call
     * @param parts text and media
     * @param byServer whether the vendor's servers ran the tool, within the message
     */
    record Result(String path, Place place, String answered, List<ContentPart> parts, boolean byServer)
            implements ContentBlock {

        Message.ToolResult message() {
            return new Message.ToolResult(place, answered, parts);
        }
    }
}
