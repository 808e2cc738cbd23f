package dev.tollgate.telemetry.traces;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parent of a request, as its caller names it (W3C Trace Context).
 *
 * @param traceId 32 hex digits
 * @param spanId 16 hex digits
 * @param sampled whether the caller records it
 */
record TraceParent(String traceId, String spanId, boolean sampled) {

    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?");

    /** Null where it is not one. */
    static @Nullable TraceParent of(@Nullable String header) {
        Matcher form = FORM.matcher(header == null ? "" : header);
        if (!form.matches()) {
            return null;
        }
        boolean isFirstVersion = form.group(1).equals("00");
        boolean isUnfit = form.group(1).equals("ff")
                || (isFirstVersion && form.group(5) != null)
                || isZero(form.group(2))
                || isZero(form.group(3));
        boolean sampled = (Integer.parseInt(form.group(4), 16) & 1) != 0;
        return isUnfit ? null : new TraceParent(form.group(2), form.group(3), sampled);
    }

    private static boolean isZero(String id) {
        return id.chars().allMatch(c -> c == '0');
    }
}
