package dev.tollgate.http.engine;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop that have no request, in the order in which they fell silent. Confined to that loop. */
final class Silent {

    private @Nullable Seat first;
    private @Nullable Seat last;

    void add(Seat seat) {
        if (seat.before == null && seat != first) {
            seat.before = last;
            if (last == null) {
                first = seat;
            } else {
                last.after = seat;
            }
            last = seat;
        }
    }

    void remove(Seat seat) {
        if (seat.before == null && seat != first) {
            return;
        }
        if (seat.before == null) {
            first = seat.after;
        } else {
            seat.before.after = seat.after;
        }
        if (seat.after == null) {
            last = seat.before;
        } else {
            seat.after.before = seat.before;
        }
        seat.before = null;
        seat.after = null;
    }

    /**
     * Cuts those that have been silent longest.
     *
     * @param wanted whether that one may go
     * @return how many
     */
    int cut(int most, Predicate<Seat> wanted) {
        int cut = 0;
        Seat next = first;
        while (next != null && cut < most) {
            Seat looked = next;
            next = looked.after;
            if (wanted.test(looked)) {
                remove(looked);
                looked.give();
                cut++;
            }
        }
        return cut;
    }
}
