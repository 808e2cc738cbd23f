package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Summaries of conversations, compressed and sealed for one account (E73). Nothing is stored: every server with the same secret key opens them.
 * Thread-safe.
 */
final class Summaries {

    /** The most UTF-8 bytes of one summary. */
    static final int TEXT_BYTES_MAX = 256 << 10;

    /** The most UTF-8 bytes of all summaries of one request: a small item can become a long text, and may come many times. */
    static final int REQUEST_BYTES_MAX = 1 << 20;

    private static final String FORM = "tgc1.";

    /** More than the longest summary takes that cannot be compressed. */
    private static final int SEALED_CHARS_MAX = 384 << 10;

    private static final int PART_BYTES = 8 << 10;

    /** Bytes of memory for each byte of a text: as it is unpacked, and as a string. */
    private static final int COPIES = 3;

    private final SecretBox.Purpose sealing;

    Summaries(SecretBox secrets) {
        this.sealing = secrets.purpose("compaction items");
    }

    /** Returns the content of an item with this text, which is cut if it is too long. */
    String sealed(String accountId, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int end = Math.min(utf8.length, TEXT_BYTES_MAX);
        while (end < utf8.length && (utf8[end] & 0xC0) == 0x80) {
            end--; // within a character
        }
        byte[] packed = KeptResponse.Packed.of(Arrays.copyOf(utf8, end)).bytes();
        return FORM + Base64.getUrlEncoder().withoutPadding().encodeToString(sealing.seal(packed, context(accountId)));
    }

    /**
     * Returns items with their summaries opened.
     *
     * @param memory charged before a summary is unpacked
     * @throws ApiException 400 that names an item that was not made here for this account, or if all together are too long; 413 or 503 if memory is
     *     short
     */
    List<Item> opened(List<Item> items, String accountId, Lease memory) {
        List<Item> opened = new ArrayList<>(items.size());
        int bytes = 0;
        for (Item item : items) {
            if (item instanceof Item.Summary summary) {
                byte[] text = text(summary, accountId, memory);
                bytes += text.length;
                if (bytes > REQUEST_BYTES_MAX) {
                    throw ApiError.invalid(
                                    "input",
                                    "The summaries in 'input' have more than " + REQUEST_BYTES_MAX
                                            + " bytes of text together. Send fewer.")
                            .asException();
                }
                if (bytes > KeptResponse.LARGE_BYTES) {
                    memory.becomeLarge();
                }
                String whole = new String(text, StandardCharsets.UTF_8);
                memory.take(JsonText.jsonBytes(whole));
                opened.add(summary.openedAs(JsonText.joined(List.of(Message.SUMMARY, JsonText.of(whole)))));
            } else {
                opened.add(item);
            }
        }
        return opened;
    }

    private byte[] text(Item.Summary item, String accountId, Lease memory) {
        JsonText sealed = item.sealed();
        if (!isOurs(sealed) || sealed.length() > SEALED_CHARS_MAX) {
            throw foreign(item.place().path());
        }
        long room = COPIES * (long) sealed.length();
        memory.take(room);
        try {
            byte[] bytes =
                    Base64.getUrlDecoder().decode(sealed.behind(FORM.length()).utf8());
            return unpacked(sealing.open(bytes, context(accountId)), memory);
        } catch (StoreException | IllegalArgumentException | DataFormatException e) {
            throw foreign(item.place().path());
        } finally {
            memory.give(room);
        }
    }

    private static byte[] unpacked(byte[] packed, Lease memory) throws DataFormatException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed);
            ByteArrayOutputStream text = new ByteArrayOutputStream(PART_BYTES);
            byte[] part = new byte[PART_BYTES];
            while (!inflater.finished()) {
                memory.take(COPIES * (long) PART_BYTES);
                int more = inflater.inflate(part);
                if (more == 0 || text.size() + more > TEXT_BYTES_MAX) {
                    throw new DataFormatException("no summary of ours");
                }
                text.write(part, 0, more);
            }
            return text.toByteArray();
        } finally {
            inflater.end();
        }
    }

    /** Returns whether content has the form of ours; only opening it shows the rest. */
    static boolean isOurs(JsonText sealed) {
        return sealed.head(FORM.length()).equals(FORM);
    }

    /** Returns the refusal of a summary that only its maker can read: passed over, it would sell a response without the history. */
    static ApiException foreign(String path) {
        return ApiError.invalid(
                        path,
                        "'" + path + ".encrypted_content' was not made by this server for this account, so the"
                                + " conversation before it cannot be read. Start a new conversation or send its messages.")
                .asException();
    }

    private static String context(String accountId) {
        return "compaction item of " + accountId;
    }
}
