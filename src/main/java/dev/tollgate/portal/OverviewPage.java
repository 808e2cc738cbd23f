package dev.tollgate.portal;

import dev.tollgate.http.Route;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Pages;
import java.util.List;
import java.util.Map;

/** {@code /dashboard}: what is left, what goes out, what is wrong. */
public final class OverviewPage {

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get("/dashboard", pages.members(), request -> PageStep.show("dashboard/overview.jte", Map.of())));
    }
}
