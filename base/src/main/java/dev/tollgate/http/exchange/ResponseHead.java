package dev.tollgate.http.exchange;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response. A value is on one line: nothing that a caller chose can begin a header of its own. Confined to the event loop.
 */
public final class ResponseHead {

    /** A body whose size shows only at its end. */
    public static final long STREAM = -1;

    /** A response that never has a body. */
    public static final long NO_BODY = -2;

    /** Names and values alternately. */
    private String[] fields = new String[16];

    private int length;
    private @Nullable IgnoredFields ignored;
    private int status;
    private @Nullable String contentType;
    private long bytes;
    private boolean closes;

    /** Returns whether a header of that name, in any case, was set. */
    public boolean has(String name) {
        return indexOf(name) >= 0;
    }

    /** Replaces what has that name in any case. */
    public void set(String name, String value) {
        int at = indexOf(name);
        if (at < 0) {
            add(name, value);
        } else {
            fields[at + 1] = checked(value);
        }
    }

    void add(String name, String value) {
        if (length == fields.length) {
            fields = Arrays.copyOf(fields, length * 2);
        }
        fields[length] = checked(name);
        fields[length + 1] = checked(value);
        length += 2;
    }

    private int indexOf(String name) {
        for (int i = 0; i < length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Calls an action for each name and value, in the order in which they were set. */
    public void forEach(BiConsumer<String, String> action) {
        for (int i = 0; i < length; i += 2) {
            action.accept(fields[i], fields[i + 1]);
        }
        if (ignored != null) {
            action.accept("x-tollgate-ignored", ignored.header());
        }
    }

    private static String checked(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                throw new IllegalArgumentException("a header cannot carry the character at " + i);
            }
        }
        return text;
    }

    /** Lists a field as accepted without effect (D5). */
    void ignore(String fieldPath) {
        if (ignored == null) {
            ignored = new IgnoredFields();
        }
        ignored.add(fieldPath);
    }

    /**
     * Sets what the response turned out to be.
     *
     * @param contentType null without a body
     * @param bytes of the body, {@link #STREAM} or {@link #NO_BODY}
     * @param closes whether the connection ends with the response
     */
    public void complete(int status, @Nullable String contentType, long bytes, boolean closes) {
        this.status = status;
        this.contentType = contentType;
        this.bytes = bytes;
        this.closes = closes;
    }

    public int status() {
        return status;
    }

    @Nullable
    public String contentType() {
        return contentType;
    }

    /** Returns the size of the body, {@link #STREAM} or {@link #NO_BODY}. */
    public long bytes() {
        return bytes;
    }

    public boolean closes() {
        return closes;
    }

    /** The names for {@code x-tollgate-ignored} (D5): at most 32 of them and 1 KB, then {@code ...}. */
    static final class IgnoredFields {

        private static final int NAMES_MAX = 32;
        private static final int BYTES_MAX = 1024;

        /**
         * Marks of a message after or before which a user's message was inserted, because the model cannot take it otherwise, and of what is kept by this server
         * and not by the provider.
         */
        private static final List<String> MARKS = List.of(" (continued)", " (preceded)", " (kept here)");

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
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "_$.[]-".indexOf(c) >= 0;
        }

        String header() {
            return more ? String.join(",", names) + ",..." : String.join(",", names);
        }
    }
}
