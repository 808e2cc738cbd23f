package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import java.util.List;

/** A content block that means something to the model. */
sealed interface ContentBlock {

    /** Returns the block's dotted path. */
    String path();

    /** A text, an image or a document. */
    record Said(String path, ContentPart part) implements ContentBlock {}

    /** A summary of the messages before it (E74). */
    record Summary(String path, ContentPart.Text text) implements ContentBlock {}

    record Call(String path, Message.ToolCall call) implements ContentBlock {}

    /**
     * @param answered the id of the call
     * @param parts text and media
     */
    record Result(String path, MessagesField place, String answered, List<ContentPart> parts) implements ContentBlock {}
}
