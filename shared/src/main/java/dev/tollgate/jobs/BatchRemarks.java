package dev.tollgate.jobs;

import dev.tollgate.base.money.ApiJson;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The findings about a batch: the part of its details that people see, without anything that its caller has sent. The half that answers calls
 * writes the details. Immutable.
 *
 * @param notes about its lines
 * @param faults for which its input cannot run
 * @param reason why it waits, or has failed as a whole; null without one
 */
public record BatchRemarks(
        List<BatchNote> notes, List<Fault> faults, @Nullable Reason reason) {

    /** Replaces details that cannot be read. */
    public static final BatchRemarks NONE = new BatchRemarks(List.of(), List.of(), null);

    public BatchRemarks {
        notes = List.copyOf(notes);
        faults = List.copyOf(faults);
    }

    /**
     * A fault of the input.
     *
     * @param line null for a fault of the whole file
     * @param message in English
     * @param param the field to blame; null for none
     */
    public record Fault(
            String code,
            @Nullable Long line,
            String message,
            @Nullable String param) {}

    /** @param message in English */
    public record Reason(String code, String message) {}

    /** Reads the details of a batch. */
    public static BatchRemarks of(byte[] details) {
        JsonNode root = ApiJson.MAPPER.readTree(details);
        List<BatchNote> notes = new ArrayList<>();
        root.path("notes").forEach(note -> notes.add(BatchNote.of(note)));
        List<Fault> faults = new ArrayList<>();
        root.path("faults").forEach(fault -> faults.add(fault(fault)));
        JsonNode reason = root.path("reason");
        return new BatchRemarks(
                notes,
                faults,
                reason.isObject()
                        ? new Reason(
                                reason.path("code").asString(),
                                reason.path("message").asString())
                        : null);
    }

    private static Fault fault(JsonNode fault) {
        JsonNode line = fault.path("line");
        JsonNode param = fault.path("param");
        return new Fault(
                fault.path("code").asString(),
                line.isNumber() ? Long.valueOf(line.asLong()) : null,
                fault.path("message").asString(),
                param.isString() ? param.asString() : null);
    }
}
