package dev.tollgate.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which server a start or a command may write to, and why none. */
final class PrimaryChoice {

    static final String ACCEPT = "./tollgate installation server --reason TEXT";

    private PrimaryChoice() {}

    /** A primary among the hosts of the address. @param start tells two servers apart, even copies of one */
    record Found(String host, Primary primary, String start) {

        private String describe() {
            return host + " (" + primary.describe() + ")";
        }
    }

    /** Returns the servers without those that another host of the address leads to as well. */
    static List<Found> apart(List<Found> found) {
        Set<String> seen = new HashSet<>();
        List<Found> apart = new ArrayList<>();
        for (Found each : found) {
            if (seen.add(each.primary().identifier() + " " + each.start())) {
                apart.add(each);
            }
        }
        return apart;
    }

    /**
     * Returns the newest primary, in whatever order the address names them.
     *
     * @param found all of them, none twice
     * @throws CannotOpen if it cannot be known which is the newest
     */
    static @Nullable Found newest(List<Found> found) {
        if (found.isEmpty()) {
            return null;
        }
        Found best = found.stream()
                .max(Comparator.comparingLong(each -> each.primary().timeline()))
                .orElseThrow();
        for (Found other : found) {
            if (!other.primary().identifier().equals(best.primary().identifier())) {
                throw new CannotOpen("The database's address leads to two different servers: " + all(found)
                        + ". Take the one without these books out of the address.");
            }
            if (other != best && other.primary().timeline() == best.primary().timeline()) {
                throw new CannotOpen("Two servers say that they are the primary, and neither has replaced the other: "
                        + all(found) + ". Shut down the one with the older books, or take it out of the address.");
            }
        }
        return best;
    }

    static String all(List<Found> found) {
        return found.stream().map(Found::describe).collect(Collectors.joining(" and "));
    }

    /**
     * Compares a server with what is known of the books' server.
     *
     * @param file the folder's file, null without one, and what it names
     * @return why nothing may be written to it, in a sentence; null if it is the right one
     */
    static @Nullable String complaint(
            Primary present, @Nullable Path file, @Nullable Primary inFolder, PrimaryHistory history) {
        Primary newest = history.newest();
        if (newest != null && !present.mayFollow(newest)) {
            return describe(present, newest, "its own books");
        }
        if (inFolder != null && !present.mayFollow(inFolder) && !history.covers(inFolder)) {
            return describe(present, inFolder, String.valueOf(file));
        }
        return null;
    }

    private static String describe(Primary present, Primary known, String whence) {
        if (present.identifier().equals(known.identifier())) {
            return "The database is an old primary: it is on timeline " + present.timeline()
                    + ", and a standby has taken over with timeline " + known.timeline() + ", says " + whence
                    + ". Shut it down, or make it a standby of the new primary (pg_rewind). If its books are the right ones: "
                    + ACCEPT;
        }
        return "The database is on another server than before: " + present.describe() + ", before " + known.describe()
                + ", says " + whence + ". Correct the database's address. If its books are the right ones (pg_upgrade,"
                + " a restored dump): " + ACCEPT;
    }
}
