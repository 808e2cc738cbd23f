package dev.tollgate.pages.console.server;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.UnseenDifferences;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.server.BooksCheck;
import dev.tollgate.operator.admin.server.Maintenance;
import dev.tollgate.operator.inspection.BooksSize;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.storage.copies.Copies;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JtebooksGenerated;

/**
 * {@code /console/books}: whether they add up, as they did when they were checked last, a check now, what is not marked as seen, their size, and a folder
 * of copies that lacks the last one.
 *
 * @param isDaily whether the server checks them each day
 * @param copies of the books; null without {@code backup.folder}
 * @param missing says that the last copy is not in its folder; null if it is
 */
public record ConsoleBooks(
        BooksCheck books,
        PlatformHistory history,
        BooksSize size,
        boolean isDaily,
        @Nullable Copies copies,
        Supplier<@Nullable Sentence> missing,
        Maintenance maintenance,
        DeedForms forms) {

    /** The size of the books. @param isDaily whether the server checks them each day @param copies null without them @param missing as above, in words; empty if nothing is @param unseen null if there are none */
    public record Kept(
            BooksSize.Size size,
            boolean isDaily,
            @Nullable Copies copies,
            String missing,
            @Nullable UnseenDifferences unseen,
            FormState form) {

        /** Returns the newest copy, its size and how many there are, in words. */
        public String newest(ZoneId zone) {
            Copies made = Objects.requireNonNull(copies);
            Instant newest = made.state().newest();
            Copies.Room room = made.room();
            if (newest == null) {
                return say("none yet");
            }
            String time = Display.time(newest, zone);
            return room == null
                    ? say("the newest is of {time}", time)
                    : say(
                            "the newest is of {time}, with {size}; {n} copy is kept | the newest is of {time}, with {size}; {n} copies are kept",
                            time,
                            Display.megabytes(room.newestBytes()),
                            room.copies());
        }

        /** Returns the growth in a day, in words. */
        public String growth() {
            Long bytes = size.growthBytes();
            return bytes == null
                    ? say("not known before the books were measured for a day")
                    : bytes < 0
                            ? say("−{size} a day", Display.megabytes(-bytes))
                            : say("{size} a day", Display.megabytes(bytes));
        }
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.BOOKS, pages.operators(), request -> PageStep.show(drawing(FormState.NONE))),
                pages.post(ConsolePaths.BOOKS, pages.operators(), this::take));
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(books, List.of(BooksCheck.CHECK, BooksCheck.SEEN))
                .and(maintenance, List.of(Maintenance.NEW_BACKUP_FOLDER))
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> PageStep.again(drawing(refused)),
                        done -> PageStep.to(ConsolePaths.BOOKS));
    }

    private PageStep.Drawing drawing(FormState form) {
        BooksCheck.State state = books.state();
        List<PlatformHistory.Total> totals = history.totals();
        Sentence lacking = missing.get();
        UnseenDifferences unseen = state instanceof BooksCheck.Damaged ? null : books.unseen();
        return (out, shell) -> JtebooksGenerated.render(
                out,
                null,
                shell,
                state,
                totals,
                new Kept(size.now(), isDaily, copies, lacking == null ? "" : lacking.said(), unseen, form));
    }

    /** The differences of a kind. @param text the sentence, with … for the words that differ between several */
    public record Kind(String text, List<String> sentences) {}

    /** An id, an amount, a time or another word with a digit. */
    private static final Pattern OWN = Pattern.compile("[\\w./:@+-]*\\d[\\w./:@+-]*(?:,\\d[\\w.]*)*");

    /** Returns differences by kind, the most frequent first: sentences that differ only in ids, numbers and times are of one. */
    public static List<Kind> kinds(List<String> sentences) {
        Map<String, List<String>> kinds = sentences.stream()
                .collect(Collectors.groupingBy(
                        sentence -> OWN.matcher(sentence).replaceAll("…"), LinkedHashMap::new, Collectors.toList()));
        return kinds.entrySet().stream()
                .map(kind -> new Kind(
                        kind.getValue().size() == 1 ? kind.getValue().getFirst() : kind.getKey(), kind.getValue()))
                .sorted(Comparator.comparing((Kind kind) -> -kind.sentences.size()))
                .toList();
    }

    /** Returns the time for which room is left, in words. @param growthBytes of the books in a day; null if it is not known */
    public static String left(BooksSize.Left left, @Nullable Long growthBytes) {
        Long days = left.days();
        return days != null
                ? say("for {n} day | for {n} days", days)
                : growthBytes != null && growthBytes <= 0 ? say("enough: the books do not grow") : say("not known");
    }

    /** Returns what is known of a check, in a sentence. */
    public static String sentence(BooksCheck.State state, ZoneId zone) {
        return switch (state) {
            case BooksCheck.Never _ -> say("Not checked yet.");
            case BooksCheck.Running running ->
                say(
                        "Check running since {time}: {n} row of {subject} so far. | Check running since {time}: {n} rows of {subject} so far.",
                        Display.time(running.since(), zone),
                        running.rows(),
                        running.subject());
            case BooksCheck.Damaged damaged -> say("{sentence}.", damaged.sentence());
            case BooksCheck.Failed failed ->
                say("The check of {time} failed. The log has the reason.", Display.time(failed.since(), zone));
            case BooksCheck.Done done ->
                done.differences() == 0
                        ? say("The books are right. Last check: {time}, no differences.", Display.time(done.at(), zone))
                        : say(
                                "The books are wrong. Last check: {time}, {n} difference. | The books are wrong. Last check: {time}, {n} differences.",
                                Display.time(done.at(), zone),
                                done.differences());
        };
    }

    /** Returns ok, bad, or empty if nothing is known yet. */
    public static String kind(BooksCheck.State state) {
        return switch (state) {
            case BooksCheck.Never _, BooksCheck.Running _ -> "";
            case BooksCheck.Failed _, BooksCheck.Damaged _ -> "bad";
            case BooksCheck.Done done -> done.differences() == 0 ? "ok" : "bad";
        };
    }
}
