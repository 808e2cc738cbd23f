package dev.tollgate.calls.files;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.upstreams.media.KeptFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * Takes the addresses of images in a model's texts for its images, as a client sends back the Markdown that it has got (Y14).
 *
 * @param ledger says what an account can pay
 */
public record ImagesInTexts(KeptFiles files, Ledger ledger) {

    /**
     * Takes images in the texts of a model as its images, the newest first and each once; others, and those that are gone, stay text. Blocks.
     *
     * @param accountId who reads
     * @param most says how many addresses are looked up; asked if there is one
     */
    public Conversation take(Conversation conversation, String accountId, IntSupplier most) {
        Map<Message, Message> changed = new IdentityHashMap<>();
        LookUps lookUps = new LookUps(files, accountId, most);
        for (Message message : conversation.messages().reversed()) {
            if (message instanceof Message.Assistant said && said.text() != null) {
                List<MarkdownImages.Found> found = lookUps.in(said.text().toString());
                if (!found.isEmpty()) {
                    changed.put(said, withImages(said, found));
                }
            }
        }
        return changed.isEmpty()
                ? conversation
                : conversation.withMessages(message -> changed.getOrDefault(message, message));
    }

    /** Returns whether an account could pay so much now. Blocks. */
    public boolean covers(String accountId, long micros) {
        Account account = Records.read(() -> ledger.account(accountId)).orElse(null);
        return account != null && ledger.spendableMicros(account) >= micros;
    }

    /** The addresses in the texts of a conversation that are looked up. */
    private static final class LookUps {

        private final KeptFiles files;
        private final String accountId;
        private final IntSupplier most;
        private final Set<String> ids = new HashSet<>();
        private int left = -1;

        LookUps(KeptFiles files, String accountId, IntSupplier most) {
            this.files = files;
            this.accountId = accountId;
            this.most = most;
        }

        /** Returns the images of a text that are there, in its order. */
        List<MarkdownImages.Found> in(String text) {
            List<MarkdownImages.Found> there = new ArrayList<>();
            MarkdownImages images = new MarkdownImages(text);
            for (MarkdownImages.Found next = images.previous(); next != null && isOneLeft(); next = images.previous()) {
                if (ids.add(next.id())) {
                    left--;
                    if (files.find(accountId, next.url()) != null) {
                        there.add(next);
                    }
                }
            }
            return there.reversed();
        }

        private boolean isOneLeft() {
            if (left < 0) {
                left = most.getAsInt();
            }
            return left > 0;
        }
    }

    private static Message withImages(Message.Assistant said, List<MarkdownImages.Found> found) {
        List<Message.SentBack> files = new ArrayList<>(said.files());
        String text = String.valueOf(said.text());
        StringBuilder rest = new StringBuilder();
        int at = 0;
        for (MarkdownImages.Found image : found) {
            rest.append(text, at, Math.max(at, image.from()));
            at = image.to();
            ContentPart.Source source = new ContentPart.Source.Remote(image.url());
            files.add(new Message.SentBack(
                    said.place(),
                    new ContentPart.Media(said.place(), ContentPart.Named.PICTURE, source, null, null, null),
                    null));
        }
        rest.append(text, at, text.length());
        return new Message.Assistant(
                said.place(), JsonText.of(rest.toString()), said.toolCalls(), said.thoughtSignature(), files);
    }
}
