package dev.tollgate.pages.frame;

import gg.jte.html.HtmlTemplateOutput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The response of a page. */
public sealed interface PageStep {

    /** Writes a template with what it shows. May be called on another thread, and more than once. */
    @FunctionalInterface
    interface Drawing {

        /** @param shell surrounds the page */
        void draw(HtmlTemplateOutput out, Shell shell);
    }

    /**
     * A page.
     *
     * @param headers replace or supplement the headers of all pages
     * @param balanceMicros micro-credits of the visitor's account if the page has read the balance, else null
     * @param shared null if the page is rendered for each visitor
     */
    record Show(
            int status,
            Drawing drawing,
            Map<String, String> headers,
            @Nullable Long balanceMicros,
            @Nullable Shared shared)
            implements PageStep {

        public Show(int status, Drawing drawing) {
            this(status, drawing, Map.of(), null, null);
        }

        /** Returns a copy with the balance, so that the shell does not read it again. */
        public Show withBalance(long micros) {
            return new Show(status, drawing, headers, micros, shared);
        }

        /** Returns a copy with an additional header. */
        public Show with(String header, String value) {
            Map<String, String> more = new HashMap<>(headers);
            more.put(header, value);
            return new Show(status, drawing, more, balanceMicros, shared);
        }

        /** Returns a copy that is rendered once for all visitors without a session. */
        public Show shared(Shared by) {
            return new Show(status, drawing, headers, balanceMicros, by);
        }
    }

    /**
     * The common form of a path's page for all visitors who are not signed in.
     *
     * @param state the page changes with it
     * @param hole a text of the page that is replaced for each visitor
     * @param word replaces it
     */
    record Shared(Object state, String hole, String word) {

        /** Makes the form of a page in which nothing is replaced. */
        public static Shared of(Object state) {
            return new Shared(state, " ", " ");
        }
    }

    /** A text for programs, without a shell. @param type its media type */
    record Text(String type, String text) implements PageStep {}

    /** Go there. @param cookies to be set */
    record Move(String location, List<String> cookies) implements PageStep {

        public Move {
            cookies = List.copyOf(cookies);
        }
    }

    /** A page under 200. */
    static Show show(Drawing drawing) {
        return new Show(200, drawing);
    }

    /** The form again, with what is wrong with it. */
    static Show again(Drawing drawing) {
        return new Show(422, drawing);
    }

    static Move to(String location) {
        return new Move(location, List.of());
    }

    /** Signs in, and goes there. */
    static PageStep signedIn(PageRequest<?> request, String token, String location) {
        return new Move(location, List.of(session(request, token)));
    }

    /** Signs in, makes the browser known and goes to the location. @param browser value of the browser's cookie */
    static Move signedIn(PageRequest<?> request, String token, String browser, String location) {
        return new Move(location, List.of(session(request, token), Cookies.setBrowser(browser, request.isSecure())));
    }

    /** Returns the step with the language of later pages in this browser. @param tag null for the browser's own */
    static Move inLanguage(PageRequest<?> request, @Nullable String tag, Move step) {
        List<String> cookies = new ArrayList<>(step.cookies());
        cookies.add(
                tag == null ? Cookies.endLanguage(request.isSecure()) : Cookies.setLanguage(tag, request.isSecure()));
        return new Move(step.location(), cookies);
    }

    private static String session(PageRequest<?> request, String token) {
        return Cookies.setSession(token, request.isSecure(), 30L * 24 * 3600);
    }

    /** Signs out, and goes there. */
    static PageStep signedOut(PageRequest<?> request, String location) {
        return new Move(location, List.of(Cookies.endSession(request.isSecure())));
    }
}
