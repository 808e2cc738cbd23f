package dev.tollgate.http.exchange;

import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The routes table: a map for fixed paths, a short list for those with parameters. Immutable. */
public final class Routes {

    /** The result of looking up a method and a path. */
    sealed interface Found {}

    record Hit(Route<?> route, Map<String, String> params) implements Found {}

    /** @param allow the methods that the path has, for the {@code Allow} header */
    record WrongMethod(String allow, ErrorFormat errors) implements Found {}

    /** @param errors how the routes nearest to it show errors */
    record Unknown(ErrorFormat errors) implements Found {}

    private record Pattern(String text, PathPattern pattern, Map<String, Route<?>> methods) {}

    /** The folder of all paths. A folder's own route defines the form of errors for unknown paths in it, else the first route below it. */
    private static final String ROOT = "/";

    private final Map<String, Map<String, Route<?>>> fixed = new HashMap<>();
    private final List<Pattern> patterns;
    private final String methods;
    private final Map<String, ErrorFormat> formats = new HashMap<>();

    /** The characters of the longest folder and the slash behind it: what comes later in a path leads to no other folder. */
    private final int folderCharsMax;

    public Routes(List<Route<?>> routes) {
        Map<String, Pattern> byText = new LinkedHashMap<>();
        Map<String, ErrorFormat> own = new HashMap<>();
        for (Route<?> route : routes) {
            if (methodsAt(byText, route.path()).put(route.method(), route) != null) {
                throw new IllegalArgumentException("two routes for " + route.method() + " " + route.path());
            }
            folders(route.path()).forEach(folder -> formats.putIfAbsent(folder, route.errors()));
            own.putIfAbsent(route.path(), route.errors());
        }
        formats.put(ROOT, ErrorFormat.PLATFORM);
        formats.replaceAll((folder, first) ->
                own.getOrDefault(folder, first)); // programs' paths below a page are no folder of theirs
        folderCharsMax =
                1 + formats.keySet().stream().mapToInt(String::length).max().orElse(0);
        methods = allow(routes);
        patterns = byText.values().stream()
                .sorted(Comparator.comparingInt((Pattern each) -> PathPattern.literalLength(each.text()))
                        .reversed())
                .toList();
    }

    /** Returns the parts before each slash, the shortest first. */
    private static List<String> folders(String path) {
        List<String> folders = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            folders.add(path.substring(0, slash));
        }
        return folders;
    }

    private ErrorFormat nearest(String path) {
        ErrorFormat found = formats.getOrDefault(ROOT, ErrorFormat.PLATFORM);
        String known = path.substring(0, Math.min(path.length(), folderCharsMax)); // a path may be thousands of slashes
        for (String folder : folders(known.length() < path.length() ? known : path + "/")) {
            found = formats.getOrDefault(folder, found);
        }
        return found;
    }

    private Map<String, Route<?>> methodsAt(Map<String, Pattern> byText, String path) {
        if (!PathPattern.isPattern(path)) {
            return fixed.computeIfAbsent(path, any -> new HashMap<>());
        }
        return byText.computeIfAbsent(path, text -> new Pattern(text, new PathPattern(text), new HashMap<>()))
                .methods();
    }

    /** Looks up a decoded path. */
    Found find(String method, String path) {
        Map<String, Route<?>> exact = fixed.get(path);
        Route<?> route = exact == null ? null : of(exact, method);
        return route != null ? new Hit(route, Map.of()) : search(method, path);
    }

    private Found search(String method, String path) {
        for (Pattern pattern : patterns) {
            Route<?> route = of(pattern.methods(), method);
            Map<String, String> params =
                    route == null ? null : pattern.pattern().match(path);
            if (route != null && params != null) {
                return new Hit(route, params);
            }
        }
        return miss(path);
    }

    private static @Nullable Route<?> of(Map<String, Route<?>> methods, String method) {
        Route<?> route = methods.get(method);
        return route == null && method.equals("HEAD") ? methods.get("GET") : route;
    }

    private Found miss(String path) {
        List<Route<?>> others = at(path);
        if (others.isEmpty()) {
            return new Unknown(nearest(path));
        }
        return new WrongMethod(allow(others), others.getFirst().errors());
    }

    private List<Route<?>> at(String path) {
        List<Route<?>> routes =
                new ArrayList<>(fixed.getOrDefault(path, Map.of()).values());
        for (Pattern pattern : patterns) {
            if (pattern.pattern().match(path) != null) {
                routes.addAll(pattern.methods().values());
            }
        }
        return routes;
    }

    /** The methods of all paths, for an {@code Allow} header. */
    String methods() {
        return methods;
    }

    private static String allow(List<Route<?>> routes) {
        TreeSet<String> methods = new TreeSet<>();
        routes.forEach(route -> methods.add(route.method()));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        methods.add("OPTIONS");
        return String.join(", ", methods);
    }

    /**
     * Returns whether browsers may call here (D25): all under {@code /v1}, {@code /v1beta}, {@code /v1alpha} and {@code /upload}, and twins without the prefix. A second slash
     * at the beginning is a mistake that they are to see.
     */
    boolean isApi(String asked) {
        String path = asked.startsWith("//") ? asked.substring(1) : asked;
        return under(path, "/v1")
                || under(path, "/v1beta")
                || under(path, "/v1alpha")
                || under(path, "/upload")
                || !at("/v1" + path).isEmpty();
    }

    private static boolean under(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
