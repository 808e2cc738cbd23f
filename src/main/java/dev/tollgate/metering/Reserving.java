package dev.tollgate.metering;

import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * How a call comes to its hold: by the bound of its bytes; where not even the least of that is covered, by the upstream's own count of the
 * prompt, which is free (D31). Confined to its call's event loop.
 */
final class Reserving {

    private final Books books;
    private final Counting counting;
    private final MeteredCall call;
    private final String taskId;
    private final BiConsumer<Books.Reservation, Bounds> then;

    /** @param then told once, with the bounds that the outcome is of */
    Reserving(
            Books books,
            Counting counting,
            MeteredCall call,
            String taskId,
            BiConsumer<Books.Reservation, Bounds> then) {
        this.books = books;
        this.counting = counting;
        this.call = call;
        this.taskId = taskId;
        this.then = then;
    }

    void begin() {
        books.reserve(taskId, call.request(), call.bounds(), this::reservedByBytes);
    }

    private void reservedByBytes(Books.Reservation reservation) {
        String accountId = call.request().accountId();
        if (reservation instanceof Books.Refused refused && refused.worthCounting() && counting.enter(accountId)) {
            call.prepared().count(counted -> {
                counting.leave(accountId);
                reserveCounted(counted, refused);
            });
        } else {
            then.accept(reservation, call.bounds());
        }
    }

    private void reserveCounted(OptionalLong counted, Books.Refused refused) {
        Bounds counts = call.bounds();
        if (counted.isPresent()) {
            long prompt = PromptBound.counted(
                    counted.getAsLong(), call.request().ask(), counts.model().upstream());
            counts = counts.withPrompt(Math.min(prompt, counts.promptTokensMax()));
        }
        if (counts.leastMicros() < call.bounds().leastMicros()) {
            Bounds better = counts;
            books.reserve(taskId, call.request(), better, reservation -> then.accept(reservation, better));
        } else {
            then.accept(refused, call.bounds());
        }
    }
}
