package dev.tollgate.http;

import java.util.LinkedHashSet;
import java.util.Set;

/** The names for {@code x-tollgate-ignored} (D5): at most 32 of them and 1 KB, then {@code ...}. */
final class IgnoredFields {

    private static final int NAMES_MAX = 32;
    private static final int BYTES_MAX = 1024;

    /** Of a message that something was said behind, because the model does not go on from it. */
    private static final String CONTINUED = " (continued)";

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
        if (name.endsWith(CONTINUED)) {
            return clean(name.substring(0, name.length() - CONTINUED.length())) + CONTINUED;
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
