package dev.tollgate.http.exchange;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names for {@code x-tollgate-ignored} (D5): at most 32 of them and 1 KB, then {@code ...}. */
final class IgnoredFields {

    private static final int NAMES_MAX = 32;
    private static final int BYTES_MAX = 1024;

    /** Marks of a message after or before which a user's message was inserted, because the model cannot take it otherwise. */
    private static final List<String> MARKS = List.of(" (continued)", " (preceded)");

    private final Set<String> names = new LinkedHashSet<>();
    private int bytes;
    private boolean more;

    void add(String name) {
        String clean = clean(name);
        if (names.contains(clean)) {
            return;
        }
        if (names.size() == NAMES_MAX || bytes + clean.length() + 1 > BYTES_MAX) {
            more = true;
            return;
        }
        names.add(clean);
        bytes += clean.length() + 1;
    }

    /** A caller chooses the names, so only what cannot hurt in a header is kept. */
    private static String clean(String name) {
        for (String mark : MARKS) {
            if (name.endsWith(mark)) {
                return clean(name.substring(0, name.length() - mark.length())) + mark;
            }
        }
        StringBuilder text = new StringBuilder(Math.min(name.length(), BYTES_MAX));
        for (int i = 0; i < name.length() && text.length() < BYTES_MAX; i++) {
            char c = name.charAt(i);
            text.append(allowed(c) ? c : '_');
        }
        return text.toString();
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "_$.[]-".indexOf(c) >= 0;
    }

    String header() {
        return more ? String.join(",", names) + ",..." : String.join(",", names);
    }
}
