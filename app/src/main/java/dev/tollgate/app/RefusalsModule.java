package dev.tollgate.app;

import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.running.Sweep;
import java.util.List;

/**
 * Refused calls, as accounts and the operator see them.
 *
 * @param latest the latest ones of this node, in memory
 * @param counts their counts in the books
 */
public record RefusalsModule(RefusedCalls latest, RefusalBooks counts) {

    static RefusalsModule open(Ground ground, BooksModule books) {
        RefusalBooks counts =
                ground.open(new RefusalBooks(books.database(), books.writer(), ground.clock()), RefusalBooks::close);
        return new RefusalsModule(new RefusedCalls(ground.clock(), counts::count), counts);
    }

    List<Sweep> sweeps() {
        return List.of(
                new Sweep("count-refusals", RefusalBooks.FLUSH_EVERY, counts::flush),
                new Sweep("sweep-refusals", RefusalBooks.SWEEP_EVERY, counts::sweep));
    }
}
