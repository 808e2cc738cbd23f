package dev.tollgate.pages;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a page answers with. */
public sealed interface PageStep {

    /**
     * A page.
     *
     * @param template a path under {@code src/main/jte}
     * @param params what the template asks for; {@code shell} is added
     */
    record Show(int status, String template, Map<String, Object> params) implements PageStep {}

    /** Go there. @param cookie to be set; null for none */
    record Move(String location, @Nullable String cookie) implements PageStep {}

    /** A page under 200. */
    static Show show(String template, Map<String, Object> params) {
        return new Show(200, template, params);
    }

    /** The form again, with what is wrong with it. */
    static Show again(String template, Map<String, Object> params) {
        return new Show(422, template, params);
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
