package dev.tollgate.books.auditlog;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A row of the audit log, in the same unit of work as the action that it records: neither exists without the other. Written
 * last, after all other parts have decided.
 */
public final class Deed implements Change {

    public static final int REASON_CHARS_MIN = 3;
    public static final int REASON_CHARS_MAX = 500;
    private static final int TEXT_CHARS_MAX = 200;

    /** The change by an action: JSON, or null if there was nothing before or is nothing after. */
    public record Changed(
            @Nullable String beforeJson, @Nullable String afterJson) {}

    private final Actor actor;
    private final String action;
    private final String subject;
    private final @Nullable String reason;
    private final Instant at;
    private final Supplier<@Nullable Changed> changed;

    /**
     * @param action like {@code account.grant}
     * @param subject the id of the account, key, call or model that the action changes
     * @param reason null if none is needed; otherwise {@value #REASON_CHARS_MIN} to {@value #REASON_CHARS_MAX} characters
     * @param changed evaluated on the writer's thread once everything is decided; null if nothing changed, then nothing is written
     */
    public Deed(
            Actor actor,
            String action,
            String subject,
            @Nullable String reason,
            Instant at,
            Supplier<@Nullable Changed> changed) {
        if (action.length() > TEXT_CHARS_MAX || subject.isEmpty() || subject.length() > TEXT_CHARS_MAX) {
            throw new IllegalArgumentException("what is done to has a name of 1 to " + TEXT_CHARS_MAX + " characters");
        }
        this.actor = actor;
        this.action = action;
        this.subject = subject;
        this.reason = reason;
        this.at = at;
        this.changed = changed;
    }

    /** @throws IllegalArgumentException with a sentence, if the text is not a valid reason */
    public static String reason(@Nullable String text) {
        String reason = text == null ? "" : text.strip();
        if (letters(reason) < REASON_CHARS_MIN || reason.length() > REASON_CHARS_MAX) {
            throw new Mistake(sentence(
                    "A reason is needed, of {least} to {most} characters.", REASON_CHARS_MIN, REASON_CHARS_MAX));
        }
        Sentence complaint = WrittenText.complaint(reason);
        if (complaint != null) {
            throw new Mistake(sentence("The reason {complaint}.", complaint));
        }
        return reason;
    }

    /** Counts an ideograph as two letters: two of them are a word. */
    private static long letters(String text) {
        return text.codePoints().map(it -> Character.isIdeographic(it) ? 2 : 1).sum();
    }

    Actor actor() {
        return actor;
    }

    String action() {
        return action;
    }

    String subject() {
        return subject;
    }

    @Nullable
    String reason() {
        return reason;
    }

    Instant at() {
        return at;
    }

    @Nullable
    Changed changed() {
        return changed.get();
    }
}
