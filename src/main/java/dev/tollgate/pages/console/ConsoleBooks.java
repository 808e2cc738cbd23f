package dev.tollgate.pages.console;

import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.BooksCheck;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/** {@code /console/books}: whether they add up, as they did when they were checked last, and a check now. */
public final class ConsoleBooks {

    static final String PATH = "/console/books";

    private final BooksCheck books;

    public ConsoleBooks(BooksCheck books) {
        this.books = books;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::show), pages.post(PATH, pages.operators(), (request, form) -> {
                    books.begin();
                    return PageStep.to(PATH);
                }));
    }

    /** @param kind ok, warn or bad; empty for neither */
    public record State(String kind, String sentence, boolean isRunning, List<String> differences) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        return PageStep.show("console/books.jte", Map.of("state", state(books.state(), zone)));
    }

    private static State state(BooksCheck.State state, ZoneId zone) {
        return switch (state) {
            case BooksCheck.Never _ ->
                new State("", "They were not checked since this server was started.", false, List.of());
            case BooksCheck.Running running ->
                new State(
                        "",
                        "They are being checked since " + Texts.time(running.since(), zone) + ": "
                                + Texts.count(running.rows(), "row") + " of " + running.subject() + " so far.",
                        true,
                        List.of());
            case BooksCheck.Failed failed ->
                new State(
                        "bad",
                        "The check that began at " + Texts.time(failed.since(), zone)
                                + " could not be ended. The log says why.",
                        false,
                        List.of());
            case BooksCheck.Done done ->
                done.differences() == 0
                        ? new State(
                                "ok", "At " + Texts.time(done.at(), zone) + " everything added up.", false, List.of())
                        : new State(
                                "bad",
                                "At " + Texts.time(done.at(), zone) + " there were "
                                        + Texts.count(done.differences(), "difference") + ".",
                                false,
                                done.sentences());
        };
    }
}
