package dev.tollgate.customers.mail;

import dev.tollgate.storage.WritePart;
import java.util.List;

/** Applies changes of mails, after the parts that decide the actions that they tell of. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class MailPart extends WritePart<MailChange> {

    private final Runnable queued;

    /** @param queued runs after a commit with new mails; must not block */
    MailPart(Runnable queued) {
        super(MailChange.class);
        this.queued = queued;
    }

    @Override
    public void committed(List<MailChange> changes) {
        if (changes.stream().anyMatch(change -> change instanceof QueueMail queue && queue.outcome())) {
            queued.run();
        }
    }
}
