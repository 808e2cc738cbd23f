package dev.tollgate.metering;

import dev.tollgate.error.ApiError;
import dev.tollgate.upstream.PromptCount;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a call comes to its hold: its media are loaded first; then by the bound of its bytes; where not even the least of that is covered, by the upstream's own count of the
 * prompt, which is free (D31). Confined to its call's event loop.
 */
final class Reserving {

    private final Books books;
    private final Counting counting;
    private final String taskId;
    private final BiConsumer<Books.Reservation, MeteredCall> then;
    private final @Nullable Loading loading;
    private MeteredCall call;

    /** @param then told once, with the call as it has become: its media are there, and its bounds are those that the outcome is of */
    Reserving(
            Books books,
            Counting counting,
            MediaAccess media,
            Executor loop,
            MeteredCall call,
            String taskId,
            BiConsumer<Books.Reservation, MeteredCall> then) {
        this.books = books;
        this.counting = counting;
        this.call = call;
        this.taskId = taskId;
        this.then = then;
        this.loading = call.prepared().wanted().isEmpty() ? null : new Loading(media, call, loop, this::loaded);
    }

    void begin() {
        if (loading != null) {
            loading.begin();
        } else {
            reserve();
        }
    }

    /** The call is over: what is being loaded is given up; a reservation that is under way comes all the same. */
    void stop() {
        if (loading != null) {
            loading.stop();
        }
    }

    private void loaded(MeteredCall loaded, @Nullable ApiError refusal) {
        call = loaded;
        if (refusal == null) {
            reserve();
        } else {
            then.accept(new Books.Refused(refusal, false), call);
        }
    }

    private void reserve() {
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
            then.accept(reservation, call);
        }
    }

    private void reserveCounted(Optional<PromptCount> counted, Books.Refused refused) {
        Bounds bounds = call.bounds();
        Bounds counts = bounds;
        if (counted.isPresent()) {
            long prompt = PromptBound.counted(
                    counted.get().tokens(), call.request().ask(), counts.model().upstream());
            counts = counts.withCountedPrompt(Math.min(prompt, counts.promptTokensMax()));
        }
        if (counts.leastMicros() < bounds.leastMicros()) {
            MeteredCall better = call.withBounds(counts);
            books.reserve(taskId, call.request(), counts, reservation -> then.accept(reservation, better));
        } else {
            then.accept(refused, call);
        }
    }
}
