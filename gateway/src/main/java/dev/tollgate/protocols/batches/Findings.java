package dev.tollgate.protocols.batches;

import dev.tollgate.jobs.BatchNote;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a pass over the input of a batch (J27, J28).
 *
 * @param lines that are not blank; fewer than there are if the input is unfit
 * @param refused those that their door refuses
 * @param minMicros the least that all others cost together
 * @param maxMicros the most
 * @param tiers the lines of each service tier, by its word
 * @param notes for the caller
 * @param model the id of the only model; null if there are several
 * @param isUnfit whether the batch cannot run, for these faults
 * @param faults at most {@link #FAULTS_MAX}; of an input that is fit, the refusals of doors
 * @param idBytes the most that a line's {@code custom_id} takes as JSON
 */
record Findings(
        int lines,
        int refused,
        long minMicros,
        long maxMicros,
        Map<String, Integer> tiers,
        List<BatchNote> notes,
        @Nullable String model,
        boolean isUnfit,
        List<LineFault> faults,
        int idBytes) {

    static final int FAULTS_MAX = 100;

    Findings {
        tiers = Map.copyOf(tiers);
        notes = List.copyOf(notes);
        faults = List.copyOf(faults);
    }
}
