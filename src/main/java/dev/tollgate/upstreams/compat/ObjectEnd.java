package dev.tollgate.upstreams.compat;

/** Finds the end of a JSON object that comes in pieces, without a parser: servers tell no end of a call's arguments. Confined to its call. */
final class ObjectEnd {

    private int depth;
    private boolean begun;
    private boolean inString;
    private boolean escaped;

    void take(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            take(piece.charAt(i));
        }
    }

    private void take(char c) {
        if (escaped) {
            escaped = false;
        } else if (inString) {
            escaped = c == '\\';
            inString = c != '"';
        } else {
            switch (c) {
                case '"' -> inString = true;
                case '{', '[' -> {
                    depth++;
                    begun = true;
                }
                case '}', ']' -> depth--;
                default -> {
                    // inside, or white space
                }
            }
        }
    }

    /** Returns whether all that was opened is closed. */
    boolean isWhole() {
        return begun && depth == 0 && !inString;
    }
}
