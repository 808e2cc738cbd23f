package dev.tollgate.upstreams.signatures;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.upstreams.media.KeptFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a request that may have been signed.
 *
 * @param print by which its signature is looked up
 * @param call and {@code file} null: the message's text is wanted
 */
record WantedSignature(
        String print, Message.Assistant message, Message.@Nullable ToolCall call, Message.@Nullable SentBack file) {

    /** The most files that are looked into for one request: no model takes more images. */
    private static final int READS_MAX = 100;

    /**
     * Returns what of a request may have been signed, the nearest to its end first. Blocks if files are looked into.
     *
     * @param kept files that callers send back by their addresses
     */
    static List<WantedSignature> of(KeptFiles kept, Prints prints, String accountId, List<Message> messages) {
        List<WantedSignature> wanted = new ArrayList<>();
        int reads = 0;
        Map<JsonText, String> printed = new IdentityHashMap<>(); // kept items may be referred to often
        for (int i = messages.size() - 1; i >= 0 && wanted.size() < Signatures.LOOKUPS_MAX; i--) {
            if (messages.get(i) instanceof Message.Assistant message) {
                for (Message.ToolCall call : message.toolCalls()) {
                    wanted.add(new WantedSignature(
                            prints.call(call.id(), call.name(), call.arguments()), message, call, null));
                }
                for (Message.SentBack file : message.files()) {
                    boolean isRead = file.media().source() instanceof ContentPart.Source.Remote;
                    reads += isRead ? 1 : 0;
                    String print = file.thoughtSignature() == null && (!isRead || reads <= READS_MAX)
                            ? print(kept, prints, accountId, file.media().source())
                            : null;
                    if (print != null) {
                        wanted.add(new WantedSignature(print, message, null, file));
                    }
                }
                if (message.text() != null && !message.text().isEmpty()) {
                    wanted.add(new WantedSignature(
                            printed.computeIfAbsent(message.text(), prints::text), message, null, null));
                }
            }
        }
        return wanted.size() <= Signatures.LOOKUPS_MAX ? wanted : wanted.subList(0, Signatures.LOOKUPS_MAX);
    }

    /** Returns null for a file that lies elsewhere. */
    private static @Nullable String print(KeptFiles kept, Prints prints, String accountId, ContentPart.Source source) {
        return switch (source) {
            case ContentPart.Source.Inline(String base64) -> prints.file(SignedPart.File.head(base64), base64.length());
            case ContentPart.Source.Remote remote -> {
                KeptFiles.Kept file = kept.find(accountId, remote.url());
                if (file == null) {
                    yield null;
                }
                byte[] first = first(file);
                String head = Base64.getEncoder()
                        .encodeToString(Arrays.copyOf(first, Math.min(first.length, SignedPart.File.HEAD_CHARS)));
                yield prints.file(SignedPart.File.head(head), (file.length() + 2) / 3 * 4);
            }
        };
    }

    private static byte[] first(KeptFiles.Kept file) {
        try {
            return file.read(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted while waiting to read", e);
        }
    }
}
