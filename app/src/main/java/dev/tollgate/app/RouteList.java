package dev.tollgate.app;

import dev.tollgate.http.Route;
import java.util.List;
import java.util.stream.Stream;

/** Lists of routes. */
final class RouteList {

    private RouteList() {}

    /** Returns all of them in one list. */
    @SafeVarargs
    static List<Route<?>> of(List<Route<?>>... lists) {
        return Stream.of(lists).<Route<?>>flatMap(List::stream).toList();
    }
}
