package dev.tollgate.console;

import dev.tollgate.http.Route;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Pages;
import java.util.List;
import java.util.Map;

/** {@code /console}: is all well, does it earn. */
public final class ConsolePage {

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get("/console", pages.operators(), request -> PageStep.show("console/overview.jte", Map.of())));
    }
}
