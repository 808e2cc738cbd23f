package dev.tollgate.base.json;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.TokenStreamContext;

/** Dotted names of fields, e.g. {@code messages.0.content.1.type}, made of {@code [A-Za-z0-9_$.\[\]-]} only (D5). */
final class FieldPath {

    private static final int NAME_CHARS_MAX = 64;
    private static final int PATH_CHARS_MAX = 256;

    private FieldPath() {}

    static String of(@Nullable TokenStreamContext context) {
        StringBuilder path = new StringBuilder();
        append(context, path);
        return path.toString();
    }

    /** Appends the path of a context. The recursion is as deep as the body is nested, which is limited. */
    private static void append(@Nullable TokenStreamContext context, StringBuilder path) {
        if (context == null || context.inRoot()) {
            return;
        }
        append(context.getParent(), path);
        if (path.length() >= PATH_CHARS_MAX) {
            return;
        }
        if (context.inArray()) {
            dot(path).append(context.getCurrentIndex());
        } else if (context.currentName() != null) {
            appendName(context.currentName(), dot(path));
        }
    }

    private static StringBuilder dot(StringBuilder path) {
        return path.isEmpty() ? path : path.append('.');
    }

    private static void appendName(String name, StringBuilder path) {
        for (int i = 0; i < Math.min(name.length(), NAME_CHARS_MAX); i++) {
            char c = name.charAt(i);
            path.append(isPlain(c) ? c : '_');
        }
    }

    private static boolean isPlain(char c) {
        return Ascii.isLetterOrDigit(c) || "_$.[]-".indexOf(c) >= 0;
    }
}
