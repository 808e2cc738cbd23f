package dev.tollgate.pages.console.server;

import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.notices.Announcements.Announcement;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.server.OperatorAnnouncements;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
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

    private static final int SHOWN = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.STATUS, pages.operators(), this::show),
                pages.post(ConsolePaths.STATUS, pages.operators(), forms.proved(request -> "", this::take)));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(drawing(request, FormState.kept(forms.kept(request))));
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(announcements, OperatorAnnouncements.ACTIONS)
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> PageStep.again(drawing(request, refused)),
                        done -> done.on(ConsolePaths.STATUS));
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form) {
        Instant now = clock.instant();
        List<Announcement> all = announcements.newest(SHOWN);
        String done = DeedForms.done(request, form.error());
        return (out, shell) -> JtestatusGenerated.render(out, null, shell, form, done, all, now);
    }

    public static Cell badge(Announcement it, Instant now) {
        Announcements.State state = it.stateAt(now);
        String look =
                switch (state) {
                    case ENDED -> "";
                    case AHEAD -> "run";
                    case HOLDS -> "ok";
                };
        return Cell.badge(look, state.word().said());
    }
}
