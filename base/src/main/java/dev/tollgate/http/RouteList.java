package dev.tollgate.http;

import java.util.List;
import java.util.stream.Stream;

/** Lists of routes. */
public final class RouteList {

    private RouteList() {}

    /** Returns all of them in one list. */
    @SafeVarargs
    public static List<Route<?>> of(List<Route<?>>... lists) {
        return Stream.of(lists).<Route<?>>flatMap(List::stream).toList();
    }

    /** Adds a route of the API, which is also served without {@code /v1}, as the documents' second platform does. */
    public static void api(List<Route<?>> routes, Route<?> route) {
        routes.add(route.at("/v1" + route.path()));
        routes.add(route);
    }
}
