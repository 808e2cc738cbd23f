package dev.tollgate.pages;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a page answers with. */
public sealed interface PageStep {

    /**
     * A page.
     *
     * @param template a path under {@code src/main/jte}
     * @param params what the template asks for; {@code shell} is added
     * @param headers that stand in the place of every page's, or beside them
     * @param balanceMicros of the visitor's account, where the page has read it; null where it has not
     */
    record Show(
            int status,
            String template,
            Map<String, Object> params,
            Map<String, String> headers,
            @Nullable Long balanceMicros)
            implements PageStep {

        public Show(int status, String template, Map<String, Object> params, Map<String, String> headers) {
            this(status, template, params, headers, null);
        }

        /** The same, whose shell shows a balance that the page has read: it is not asked for once more. */
        public Show withBalance(long micros) {
            return new Show(status, template, params, headers, micros);
        }

        /** The same with a header of its own. */
        public Show with(String header, String value) {
            Map<String, String> more = new HashMap<>(headers);
            more.put(header, value);
            return new Show(status, template, params, more, balanceMicros);
        }
    }

    /** Go there. @param cookies to be set */
    record Move(String location, List<String> cookies) implements PageStep {

        public Move {
            cookies = List.copyOf(cookies);
        }
    }

    /** A page under 200. */
    static Show show(String template, Map<String, Object> params) {
        return new Show(200, template, params, Map.of());
    }

    /** The form again, with what is wrong with it. */
    static Show again(String template, Map<String, Object> params) {
        return new Show(422, template, params, Map.of());
    }

    static Move to(String location) {
        return new Move(location, List.of());
    }

    /** Signs in, and goes there. */
    static PageStep signedIn(PageRequest<?> request, String token, String location) {
        return new Move(location, List.of(session(request, token)));
    }

    /** The same in a browser that is known from then on. @param browser its cookie */
    static PageStep signedIn(PageRequest<?> request, String token, String browser, String location) {
        return new Move(location, List.of(session(request, token), Cookies.setBrowser(browser, request.isSecure())));
    }

    private static String session(PageRequest<?> request, String token) {
        return Cookies.setSession(token, request.isSecure(), 30L * 24 * 3600);
    }

    /** Signs out, and goes there. */
    static PageStep signedOut(PageRequest<?> request, String location) {
        return new Move(location, List.of(Cookies.endSession(request.isSecure())));
    }
}
