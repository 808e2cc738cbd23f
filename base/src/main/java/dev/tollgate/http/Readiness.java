package dev.tollgate.http;

import dev.tollgate.base.log.Event;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reasons why calls are not accepted. Each is logged once. Thread-safe; waits for nothing. */
public final class Readiness implements Supplier<List<String>> {

    private static final Logger log = LoggerFactory.getLogger(Readiness.class);

    /**
     * @param word a word of a closed list, for programs
     * @param sentence for the log
     */
    public record Complaint(String word, String sentence) {}

    private final Supplier<List<Complaint>> complaints;
    private final AtomicReference<List<Complaint>> told = new AtomicReference<>(List.of());

    /** @param complaints what is wrong */
    public Readiness(Supplier<List<Complaint>> complaints) {
        this.complaints = complaints;
    }

    /** @return a word for each complaint; none where calls can be taken */
    @Override
    public List<String> get() {
        List<Complaint> now = complaints.get();
        List<Complaint> before = told.getAndSet(now);
        if (now.isEmpty() && !before.isEmpty()) {
            log.info(Event.READY, "the server is ready again");
        }
        for (Complaint complaint : now) {
            if (!before.contains(complaint)) {
                log.warn(Event.NOT_READY, "the server is not ready: {}", complaint.sentence());
            }
        }
        return now.stream().map(Complaint::word).toList();
    }
}
