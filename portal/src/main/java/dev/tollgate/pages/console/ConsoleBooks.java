package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.BooksCheck;
import dev.tollgate.operator.inspection.BooksSize;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.ZoneId;
import java.util.List;
import templates.console.JtebooksGenerated;

/**
 * {@code /console/books}: whether they add up, as they did when they were checked last, a check now, and their size.
 *
 * @param isDaily whether the server checks them each day
 */
public record ConsoleBooks(
        BooksCheck books, PlatformHistory history, BooksSize size, boolean isDaily, DeedForms forms) {

    /** The size of the books. @param isDaily whether the server checks them each day */
    public record Kept(BooksSize.Size size, boolean isDaily) {

        /** Returns the growth in a day, in words. */
        public String growth() {
            Long bytes = size.growthBytes();
            return bytes == null
                    ? "not known before the books were measured for a day"
                    : (bytes < 0 ? "−" : "") + Display.megabytes(Math.abs(bytes)) + " a day";
        }
    }

    static final String PATH = "/console/books";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::show), pages.post(PATH, pages.operators(), (request, form) -> {
                    books.begin(forms.actor(request));
                    return PageStep.to(PATH);
                }));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        BooksCheck.State state = books.state();
        List<PlatformHistory.Total> totals = history.totals();
        return PageStep.show((out, shell) ->
                JtebooksGenerated.render(out, null, shell, state, totals, new Kept(size.now(), isDaily)));
    }

    /** Returns the time for which room is left, in words. */
    public static String left(BooksSize.Left left) {
        Long days = left.days();
        return days == null ? "not known" : "for " + Display.count(days, "day");
    }

    /** Returns what is known of a check, in a sentence. */
    public static String sentence(BooksCheck.State state, ZoneId zone) {
        return switch (state) {
            case BooksCheck.Never _ -> "Not checked yet.";
            case BooksCheck.Running running ->
                "Check running since " + Display.time(running.since(), zone) + ": "
                        + Display.count(running.rows(), "row") + " of " + running.subject() + " so far.";
            case BooksCheck.Damaged damaged -> damaged.sentence() + ".";
            case BooksCheck.Failed failed ->
                "The check of " + Display.time(failed.since(), zone) + " failed. The log has the reason.";
            case BooksCheck.Done done ->
                done.differences() == 0
                        ? "The books are right. Last check: " + Display.time(done.at(), zone) + ", no differences."
                        : "The books are wrong. Last check: " + Display.time(done.at(), zone) + ", "
                                + Display.count(done.differences(), "difference") + ".";
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
