package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The start of a prompt, by which a session without a name is known (E85): its system text, the names of its tools and the first message of
 * its user, of each a checksum of the first {@value #BYTES_MAX} bytes: a keyed hash of all of them would cost more than a call may (E86).
 *
 * @param walk passes each text on, with {@link Sums#next} between the three
 */
public record PromptStart(Consumer<Sums> walk) {

    private static final int BYTES_MAX = 64 * 1024;

    /** Returns the start of a conversation. */
    static PromptStart of(Conversation conversation) {
        return new PromptStart(sums -> walk(conversation, sums));
    }

    byte[] bytes() {
        Sums sums = new Sums();
        walk.accept(sums);
        sums.next();
        return sums.all.toByteArray();
    }

    private static void walk(Conversation conversation, Sums sums) {
        Message.User first = null;
        for (Message message : conversation.messages()) {
            if (message instanceof Message.User user && !user.isInstruction()) {
                first = user;
                break;
            }
            if (message instanceof Message.Instruction instruction) {
                sums.add(instruction.text());
            }
        }
        sums.next();
        conversation.tools().forEach(tool -> sums.add(JsonText.of(tool.name())));
        sums.next();
        if (first != null) {
            for (ContentPart part : first.parts()) {
                if (part instanceof ContentPart.Text text) {
                    sums.add(text.text());
                }
            }
        }
    }

    /** The checksums while they are made. Confined to a thread. */
    public static final class Sums {

        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private final CRC32C sum = new CRC32C();
        private int left = BYTES_MAX;

        private Sums() {}

        public void add(JsonText text) {
            if (left > 0) {
                left -= text.updateStart(sum, left);
            }
        }

        public void next() {
            all.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt((int) sum.getValue())
                    .putInt(left)
                    .array());
            sum.reset();
            left = BYTES_MAX;
        }
    }
}
