package dev.tollgate.http;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop that have no request, in the order in which they fell silent. Confined to that loop. */
final class Silent {

    private @Nullable Place first;
    private @Nullable Place last;

    void add(Place place) {
        if (place.before == null && place != first) {
            place.before = last;
            if (last == null) {
                first = place;
            } else {
                last.after = place;
            }
            last = place;
        }
    }

    void remove(Place place) {
        if (place.before == null && place != first) {
            return;
        }
        if (place.before == null) {
            first = place.after;
        } else {
            place.before.after = place.after;
        }
        if (place.after == null) {
            last = place.before;
        } else {
            place.after.before = place.before;
        }
        place.before = null;
        place.after = null;
    }

    /**
     * Cuts those that have been silent longest.
     *
     * @param wanted whether that one may go
     * @return how many
     */
    int cut(int most, Predicate<Place> wanted) {
        int cut = 0;
        Place next = first;
        while (next != null && cut < most) {
            Place looked = next;
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
