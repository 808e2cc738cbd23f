package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/**
 * The start of a prompt, by which a session without a name is known (E85): its system text, the names of its tools and the first message of
 * its user, of each the first {@value #BYTES_MAX} bytes.
 *
 * @param walk passes each text on, with {@link Bytes#next} between the three
 */
public record PromptStart(Consumer<Bytes> walk) {

    private static final int BYTES_MAX = 64 * 1024;

    /** Returns the start of a conversation. */
    static PromptStart of(Conversation conversation) {
        return new PromptStart(bytes -> walk(conversation, bytes));
    }

    byte[] bytes() {
        Bytes bytes = new Bytes();
        walk.accept(bytes);
        return bytes.all.toByteArray();
    }

    private static void walk(Conversation conversation, Bytes bytes) {
        Message.User first = null;
        for (Message message : conversation.messages()) {
            if (message instanceof Message.User user) {
                first = user;
                break;
            }
            if (message instanceof Message.Instruction instruction) {
                bytes.add(instruction.text());
            }
        }
        bytes.next();
        conversation.tools().forEach(tool -> bytes.add(JsonText.of(tool.name())));
        bytes.next();
        if (first != null) {
            for (ContentPart part : first.parts()) {
                if (part instanceof ContentPart.Text text) {
                    bytes.add(text.text());
                }
            }
        }
    }

    /** The bytes while they are collected. Confined to a thread. */
    public static final class Bytes {

        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private int left = BYTES_MAX;

        private Bytes() {}

        public void add(JsonText text) {
            if (left > 0) {
                byte[] utf8 = text.utf8(left);
                all.writeBytes(utf8);
                all.write(0);
                left -= utf8.length;
            }
        }

        public void next() {
            all.write(1);
            left = BYTES_MAX;
        }
    }
}
