package dev.tollgate.http.exchange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A path with parameters, compiled. Immutable. */
final class PathPattern {

    private final String[] segments;

    PathPattern(String path) {
        int rest = path.indexOf("...}");
        int end = rest < 0 ? path.length() : path.lastIndexOf('/', rest);
        List<String> all = new ArrayList<>(List.of(path.substring(0, end).split("/", -1)));
        all.removeFirst();
        if (rest >= 0) {
            all.add(path.substring(end + 1)); // with what follows it, slashes included
        }
        segments = all.toArray(String[]::new);
        for (int i = 0; i < segments.length; i++) {
            boolean param = segments[i].startsWith("{") && (segments[i].endsWith("}") || isRest(segments[i]));
            if (param != (segments[i].indexOf('{') >= 0) || segments[i].lastIndexOf('{') > 0) {
                throw new IllegalArgumentException(
                        "a parameter is a whole segment, the rest the last of them: " + path);
            }
        }
    }

    static boolean isPattern(String path) {
        return path.indexOf('{') >= 0;
    }

    /** The parameters, or null where the path does not fit. A parameter is never empty. */
    @Nullable
    Map<String, String> match(String path) {
        Map<String, String> params = new HashMap<>(4);
        int from = 1;
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            int slash = isRest(segments[i]) ? -1 : path.indexOf('/', from);
            if (last != (slash < 0)) {
                return null;
            }
            String value = path.substring(Math.min(from, path.length()), last ? path.length() : slash);
            if (!fits(segments[i], value, params)) {
                return null;
            }
            from = slash + 1;
        }
        return params;
    }

    private static boolean fits(String segment, String value, Map<String, String> params) {
        if (!segment.startsWith("{")) {
            return segment.equals(value);
        }
        String end = segment.substring(segment.indexOf('}') + 1);
        params.put(nameOf(segment), value.substring(0, Math.max(0, value.length() - end.length())));
        return value.length() > end.length() && value.endsWith(end);
    }

    /** Returns the number of characters before the first parameter and after the last. If two patterns match, the one with more wins. */
    static int literalLength(String path) {
        return path.indexOf('{') + path.length() - path.lastIndexOf('}') - 1;
    }

    private static boolean isRest(String segment) {
        return segment.startsWith("{") && segment.contains("...}");
    }

    private static String nameOf(String segment) {
        return segment.substring(1, segment.indexOf(isRest(segment) ? "...}" : "}"));
    }
}
