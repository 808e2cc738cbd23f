package dev.tollgate.http;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop that have no request, in the order in which they fell silent. Confined to that loop. */
final class Silent {

    private @Nullable CallerConnection first;
    private @Nullable CallerConnection last;

    void add(CallerConnection connection) {
        if (connection.before == null && connection != first) {
            connection.before = last;
            if (last == null) {
                first = connection;
            } else {
                last.after = connection;
            }
            last = connection;
        }
    }

    void remove(CallerConnection connection) {
        if (connection.before == null && connection != first) {
            return;
        }
        if (connection.before == null) {
            first = connection.after;
        } else {
            connection.before.after = connection.after;
        }
        if (connection.after == null) {
            last = connection.before;
        } else {
            connection.after.before = connection.before;
        }
        connection.before = null;
        connection.after = null;
    }

    /**
     * Cuts those that have been silent longest.
     *
     * @param wanted whether that one may go
     * @return how many
     */
    int cut(int most, Predicate<CallerConnection> wanted) {
        int cut = 0;
        CallerConnection next = first;
        while (next != null && cut < most) {
            CallerConnection looked = next;
            next = looked.after;
            if (wanted.test(looked)) {
                remove(looked);
                looked.cutSilent();
                cut++;
            }
        }
        return cut;
    }
}
