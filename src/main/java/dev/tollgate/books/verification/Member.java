package dev.tollgate.books.verification;

/**
 * Finds a number in an object that Tollgate has written without spaces. A parser takes several times as long, and a check reads a number or
 * two from millions of objects.
 */
final class Member {

    private Member() {}

    /** Returns the first whole number ≥ 0 that is the value of a member of a name; -1 if there is none. */
    static long number(String json, String name) {
        return after(json, "\"" + name + "\":", json.indexOf("\"" + name + "\":"));
    }

    /** Returns the last such number; -1 if there is none. */
    static long lastNumber(String json, String name) {
        return after(json, "\"" + name + "\":", json.lastIndexOf("\"" + name + "\":"));
    }

    private static long after(String json, String begin, int at) {
        if (at < 0) {
            return -1;
        }
        int from = at + begin.length();
        int end = from;
        while (end < json.length() && json.charAt(end) >= '0' && json.charAt(end) <= '9') {
            end++;
        }
        boolean isWhole = end > from && end - from <= 18 && end < json.length() && ",}".indexOf(json.charAt(end)) >= 0;
        return isWhole ? Long.parseLong(json, from, end, 10) : -1;
    }
}
