package dev.tollgate.protocols.batches;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.jobs.BatchNote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parts of a batch that are kept next to its columns (J5). Immutable.
 *
 * @param metadata as the caller gave it; null without
 * @param labels the headers of its creation that label calls, by their names in lower case, with the values of all their lines
 * @param tiers the service tier of lines without a word about it, by the id of their model (J3)
 * @param notes for the caller
 * @param model the id of the only model of its lines; null if there are several
 * @param faults of its input
 * @param idBytes the most that a line's {@code custom_id} takes as JSON
 * @param reason why it waits, or has failed as a whole; null if it goes on
 */
record BatchDetails(
        @Nullable Map<String, String> metadata,
        Map<String, List<String>> labels,
        Map<String, ServiceTier> tiers,
        List<BatchNote> notes,
        @Nullable String model,
        List<LineFault> faults,
        int idBytes,
        @Nullable JobTrouble reason) {

    private static final String METADATA = "metadata";
    private static final String LABELS = "labels";
    private static final String TIERS = "tiers";
    private static final String NOTES = "notes";
    private static final String MODEL = "model";
    private static final String FAULTS = "faults";
    private static final String ID_BYTES = "id_bytes";
    private static final String REASON = "reason";
    private static final String CODE = "code";
    private static final String LINE = "line";
    private static final String MESSAGE = "message";
    private static final String PARAM = "param";

    /** Replaces details under a key that the server has no more. */
    static final BatchDetails LOST = new BatchDetails(null, Map.of());

    /** Makes the details of a batch whose lines are not checked. */
    BatchDetails(@Nullable Map<String, String> metadata, Map<String, List<String>> labels) {
        this(metadata, labels, Map.of(), List.of(), null, List.of(), 0, null);
    }

    BatchDetails with(Findings found, Map<String, ServiceTier> itsTiers) {
        List<LineFault> shown = found.isUnfit() ? found.faults() : List.of();
        return new BatchDetails(metadata, labels, itsTiers, found.notes(), found.model(), shown, found.idBytes(), null);
    }

    BatchDetails with(@Nullable JobTrouble why) {
        return new BatchDetails(metadata, labels, tiers, notes, model, faults, idBytes, why);
    }

    byte[] bytes() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        if (metadata != null) {
            metadata.forEach(root.putObject(METADATA)::put);
        }
        ObjectNode itsLabels = root.putObject(LABELS);
        labels.forEach((name, values) -> values.forEach(itsLabels.putArray(name)::add));
        ObjectNode itsTiers = root.putObject(TIERS);
        tiers.forEach((model, tier) -> itsTiers.put(model, tier.word()));
        ArrayNode itsNotes = root.putArray(NOTES);
        notes.forEach(note -> note.write(itsNotes.addObject()));
        root.put(MODEL, model);
        ArrayNode all = root.putArray(FAULTS);
        faults.forEach(fault -> write(fault, all.addObject()));
        root.put(ID_BYTES, idBytes);
        if (reason != null) {
            root.putObject(REASON).put(CODE, reason.code()).put(MESSAGE, reason.message());
        }
        return ApiJson.MAPPER.writeValueAsBytes(root);
    }

    /** Writes a fault as a batch shows it. */
    static void write(LineFault fault, ObjectNode out) {
        out.put(CODE, fault.code());
        out.put(LINE, fault.line());
        out.put(MESSAGE, fault.message());
        out.put(PARAM, fault.param());
    }

    /** Reads what {@link #bytes} has written. */
    static BatchDetails of(byte @Nullable [] bytes) {
        if (bytes == null) {
            return LOST;
        }
        JsonNode root = ApiJson.MAPPER.readTree(bytes);
        Map<String, List<String>> labels = new LinkedHashMap<>();
        root.path(LABELS).forEachEntry((name, values) -> labels.put(name, texts(values)));
        Map<String, ServiceTier> tiers = new LinkedHashMap<>();
        root.path(TIERS)
                .forEachEntry((model, word) ->
                        tiers.put(model, ServiceTier.of(word.asString()).orElse(ServiceTier.STANDARD)));
        List<LineFault> faults = new ArrayList<>();
        root.path(FAULTS).forEach(fault -> faults.add(fault(fault)));
        JsonNode reason = root.path(REASON);
        return new BatchDetails(
                root.has(METADATA) ? metadata(root.path(METADATA)) : null,
                labels,
                tiers,
                notes(root.path(NOTES)),
                textOrNull(root.path(MODEL)),
                faults,
                root.path(ID_BYTES).asInt(),
                reason.isObject()
                        ? new JobTrouble(
                                reason.path(CODE).asString(),
                                reason.path(MESSAGE).asString())
                        : null);
    }

    private static Map<String, String> metadata(JsonNode node) {
        Map<String, String> metadata = new LinkedHashMap<>();
        node.forEachEntry((name, value) -> metadata.put(name, value.asString()));
        return metadata;
    }

    private static List<BatchNote> notes(JsonNode array) {
        List<BatchNote> notes = new ArrayList<>();
        array.forEach(each -> notes.add(BatchNote.of(each)));
        return notes;
    }

    private static LineFault fault(JsonNode node) {
        JsonNode line = node.path(LINE);
        return new LineFault(
                node.path(CODE).asString(),
                line.isInt() ? Integer.valueOf(line.asInt()) : null,
                node.path(MESSAGE).asString(),
                textOrNull(node.path(PARAM)));
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isString() ? node.asString() : null;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asString()));
        return texts;
    }
}
