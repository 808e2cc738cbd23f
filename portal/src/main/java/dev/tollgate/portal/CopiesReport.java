package dev.tollgate.portal;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.inspection.DailyCheck;
import dev.tollgate.storage.copies.Copies;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.storage.copies.Note;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A report of the copies of the books, of the daily check and of the latest restore, in sentences. Thread-safe; waits for nothing.
 *
 * @param copies null without {@code backup.folder}
 * @param daily null if the books are not checked each day
 * @param restored the latest restore; null if there was none
 * @param isByHand whether a copy was put in place without {@code ./tollgate restore}
 */
public record CopiesReport(
        @Nullable Copies copies,
        @Nullable DailyCheck daily,
        @Nullable LostTime restored,
        boolean isByHand,
        InstantSource clock) {

    private static final Duration BANNER = Duration.ofDays(30);
    private static final Duration LONG = Duration.ofHours(1);

    /** Returns whether a recorded restore is the newest row of the audit log. */
    public static boolean isNewest(AuditLog log) {
        AuditLog.Filter any = new AuditLog.Filter(null, null, null, Set.of(), null, null);
        return log.page(any, Long.MAX_VALUE, 1).stream()
                .anyMatch(row -> row.action().equals(AuditedWriter.RESTORED.action()));
    }

    /** Returns what needs an operator now. */
    public List<Note> alarms() {
        List<Note> alarms = new ArrayList<>();
        Note trouble = copies == null ? null : copies.state().trouble();
        if (copies != null && copies.isLate() && !(trouble == null && isBeingMade(copies))) {
            alarms.add(trouble == null ? hanging(copies) : trouble);
        }
        if (daily != null) {
            alarms.addAll(daily.alarms());
        }
        if (isByHand) {
            alarms.add(new Note(
                    "by-hand",
                    sentence(
                            "A copy of the books was put in place by hand. Stop the server and run ./tollgate restored: until then payments of the lost"
                                    + " time are refused, and numbers of invoices and receipts are given again.")));
        }
        return alarms;
    }

    /** Returns whether a copy runs that has not taken long yet: the first after a long stop is late. */
    private boolean isBeingMade(Copies copies) {
        Instant since = copies.state().since();
        return since != null && !since.plus(LONG).isBefore(clock.instant());
    }

    /** Returns that the last copy is not in its folder, which an operator may call new; null if it is. */
    public @Nullable Sentence missing() {
        Note trouble = copies == null ? null : copies.state().trouble();
        return trouble != null && trouble.code().equals(Copies.MISSING) ? trouble.words() : null;
    }

    private static Note hanging(Copies copies) {
        Instant since = copies.state().since();
        String folder = copies.plan().folder().toString();
        return since == null
                ? new Note(
                        "late",
                        sentence("The newest copy of the books in {folder} is older than backup.every allows.", folder))
                : new Note(
                        "hangs",
                        sentence(
                                "The copy of the books to {folder} has been running since {time}: does the folder respond?",
                                folder,
                                since.truncatedTo(ChronoUnit.SECONDS)));
    }

    /** Returns what an operator should know. */
    public List<Note> warnings() {
        List<Note> warnings = new ArrayList<>(daily == null ? List.of() : daily.warnings());
        if (copies == null) {
            return warnings;
        }
        Copies.State state = copies.state();
        Instant since = state.since();
        if (state.trouble() != null && !copies.isLate()) {
            warnings.add(state.trouble());
        } else if (since != null && since.plus(LONG).isBefore(clock.instant()) && !copies.isLate()) {
            warnings.add(hanging(copies));
        }
        warnings.addAll(state.notes());
        return warnings;
    }

    /** Returns a sentence for operators and owners for thirty days after a restore; else null. */
    public @Nullable Sentence banner() {
        LostTime lost = restored;
        if (lost == null || lost.to().plus(BANNER).isBefore(clock.instant())) {
            return null;
        }
        return sentence(
                "This server's data was restored from a copy. What happened between {from} and {to} is undone: keys that were deleted or locked work again, and changes have to be made again.",
                time(lost.from()),
                time(lost.to()));
    }

    private static Sentence time(Instant at) {
        return sentence("time::{time} {zone}", TimeForm.MINUTE_OF_YEAR.of(at.atZone(ZoneOffset.UTC)), "UTC");
    }
}
