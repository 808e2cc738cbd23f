package dev.tollgate.upstreams.connections;

/**
 * Removes the Markdown fence that models sometimes put around a JSON answer (protocol 4.3). JSON cannot start with a backtick, so no other
 * answer changes. Text is held back only while it may belong to a fence. Serves one candidate.
 */
public final class JsonFence {

    private static final String FENCE = "```";

    /**
     * The limit on held characters: white space before an answer, the language after a fence, or white space and backticks in the middle.
     * Anything longer is text.
     */
    private static final int HELD_CHARS_MAX = 1_024;

    private enum State {
        BEFORE,
        INSIDE,
        NONE
    }

    private State state = State.BEFORE;
    private String held = "";
    private boolean begun;

    /** Takes a piece of the answer. @return the new text that can be sent; may be empty */
    public String take(String piece) {
        return switch (state) {
            case BEFORE -> begin(held + piece);
            case INSIDE -> inside(held + piece);
            case NONE -> piece;
        };
    }

    /** Returns the rest of the answer at its end. */
    public String end() {
        String rest = state == State.INSIDE && held.contains(FENCE) ? "" : held;
        held = "";
        state = State.NONE;
        return rest;
    }

    private String begin(String text) {
        String said = text.stripLeading();
        int afterLanguage = FENCE.length();
        while (afterLanguage < said.length() && Character.isLetterOrDigit(said.charAt(afterLanguage))) {
            afterLanguage++;
        }
        boolean isOpen = said.startsWith(FENCE) && afterLanguage == said.length(); // the language may continue
        if (text.length() <= HELD_CHARS_MAX && (FENCE.startsWith(said) || isOpen)) {
            held = text;
            return "";
        }
        held = "";
        boolean isFence = said.startsWith(FENCE) && !isOpen;
        state = isFence ? State.INSIDE : State.NONE;
        return isFence ? inside(said.substring(afterLanguage)) : text;
    }

    private String inside(String piece) {
        String text = begun ? piece : piece.stripLeading();
        int tail = text.length();
        while (tail > 0 && isOfTail(text.charAt(tail - 1))) {
            tail--;
        }
        if (text.length() - tail > HELD_CHARS_MAX) {
            tail = text.length();
        }
        begun |= tail > 0;
        held = text.substring(tail);
        return text.substring(0, tail);
    }

    private static boolean isOfTail(char c) {
        return c == '`' || Character.isWhitespace(c);
    }
}
