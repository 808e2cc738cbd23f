package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.customers.notices.Announcements.Announcement;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.OperatorAnnouncements;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import templates.console.JtestatusGenerated;

/** {@code /console/status}: the announcements of the public status page: written, ended and deleted. */
public record ConsoleStatus(OperatorAnnouncements announcements, DeedForms forms, InstantSource clock) {

    static final String PATH = "/console/status";

    private static final int SHOWN = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::show),
                pages.post(PATH, pages.operators(), forms.proved(request -> "", this::take)));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(drawing(FormState.kept(forms.kept(request)), request.query("done") != null));
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Map<String, String> path = Map.of("number", FormState.text(form, "number"));
        try {
            switch (FormState.text(form, "deed")) {
                case "end" ->
                    forms.take(
                            OperatorAnnouncements.CHANGE,
                            announcements,
                            request,
                            FormState.with(form, "ends_at", clock.instant().toString()),
                            path);
                case "remove" -> forms.take(OperatorAnnouncements.DELETE, announcements, request, form, path);
                default ->
                    forms.take(
                            OperatorAnnouncements.WRITE,
                            announcements,
                            request,
                            FormState.with(
                                    FormState.with(form, "begins_at", time(form, "begins")),
                                    "ends_at",
                                    time(form, "ends")),
                            Map.of());
            }
            return PageStep.to(PATH + "?done");
        } catch (ApiException | IllegalArgumentException e) {
            return PageStep.again(drawing(FormState.wrong(form, e), false));
        }
    }

    /** Returns a time of UTC as the API takes it; empty for none. */
    private static String time(Form form, String field) {
        String typed = FormState.text(form, field);
        return typed.matches("[0-9-]{10}T[0-9]{2}:[0-9]{2}") ? typed + ":00Z" : typed;
    }

    private PageStep.Drawing drawing(FormState form, boolean isDone) {
        Instant now = clock.instant();
        List<Announcement> all = announcements.newest(SHOWN);
        return (out, shell) -> JtestatusGenerated.render(out, null, shell, form, isDone, all, now);
    }

    public static Cell badge(Announcement it, Instant now) {
        return !it.isAheadOf(now)
                ? Cell.badge("", say("announcement::ended"))
                : it.beginsAt().isAfter(now)
                        ? Cell.badge("run", say("announcement::ahead"))
                        : Cell.badge("ok", say("announcement::holds"));
    }
}
