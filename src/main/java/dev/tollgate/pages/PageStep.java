package dev.tollgate.pages;

import java.util.HashMap;
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
     */
    record Show(int status, String template, Map<String, Object> params, Map<String, String> headers)
            implements PageStep {

        /** The same with a header of its own. */
        public Show with(String header, String value) {
            Map<String, String> more = new HashMap<>(headers);
            more.put(header, value);
            return new Show(status, template, params, more);
        }
    }

    /** Go there. @param cookie to be set; null for none */
    record Move(String location, @Nullable String cookie) implements PageStep {}

    /** A page under 200. */
    static Show show(String template, Map<String, Object> params) {
        return new Show(200, template, params, Map.of());
    }

    /** The form again, with what is wrong with it. */
    static Show again(String template, Map<String, Object> params) {
        return new Show(422, template, params, Map.of());
    }

    static Move to(String location) {
        return new Move(location, null);
    }

    /** Signs in, and goes there. */
    static PageStep signedIn(PageRequest<?> request, String token, String location) {
        return new Move(location, Cookies.setSession(token, request.isSecure(), 30L * 24 * 3600));
    }

    /** Signs out, and goes there. */
    static PageStep signedOut(PageRequest<?> request, String location) {
        return new Move(location, Cookies.endSession(request.isSecure()));
    }
}
