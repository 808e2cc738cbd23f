package dev.tollgate.books.tasks;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A task as {@code GET /v1/tasks/{id}} shows it (decision D41). Credits are exact decimal numbers, times Unix seconds. Pure. */
public final class TaskJson {

    private static final String CACHE = "cache";
    private static final String COMPACTION = ",\"compaction\":true";
    private static final String STOPPED_BY = "stopped_by";

    /** The last member of the limit or budget that has cut a call, after the name of a team, which may have any characters. */
    private static final String RESETS_AT = ",\"resets_at\":";

    private TaskJson() {}

    /** @param entries the call's movements, in their order */
    public static byte[] render(Task task, List<Entry> entries) {
        return ApiJson.object(1_024, json -> {
            writeState(json, task);
            writeUsage(json, task.result());
            writeMoney(json, task, entries);
            writeError(json, task.result());
        });
    }

    private static void writeState(JsonGenerator json, Task task) {
        json.writeStringProperty("id", task.id());
        json.writeStringProperty("object", "task");
        json.writeStringProperty("status", task.status().code());
        json.writeStringProperty("model", task.model());
        json.writeStringProperty("model_id", task.modelId());
        json.writeStringProperty("key", task.keyId());
        writeOwner(json, "team", task.teamId());
        writeOwner(json, "member", task.memberId());
        writeLabels(json, task.labels());
        ApiJson.time(json, "created_at", task.createdAt());
        ApiJson.time(json, "completed_at", task.completedAt());
        json.writeNullProperty("progress");
    }

    /** Writes the owner of a key. @param id empty for none, which is null */
    public static void writeOwner(JsonGenerator json, String name, String id) {
        json.writeStringProperty(name, id.isEmpty() ? null : id);
    }

    /** Writes the tags and the end user of a call. */
    public static void writeLabels(JsonGenerator json, CallLabels labels) {
        json.writeObjectPropertyStart("tags");
        labels.tags().forEach(json::writeStringProperty);
        json.writeEndObject();
        writeOwner(json, "end_user", labels.endUser());
    }

    private static void writeUsage(JsonGenerator json, TaskResult result) {
        if (result.usageJson() == null) {
            json.writeNullProperty("output");
        } else {
            json.writeObjectPropertyStart("output");
            writeRaw(json, "usage", result.usageJson());
            json.writeEndObject();
        }
        writeRaw(json, "usage", result.usageJson());
        json.writeArrayPropertyStart("usage_flags");
        result.usageFlags().forEach(json::writeString);
        json.writeEndArray();
        ApiJson.number(json, "max_tokens_applied", result.maxTokensApplied());
        writeFlat(json, STOPPED_BY, result.courseJson(), RESETS_AT);
        writeFlat(json, CACHE, result.courseJson(), "");
        if (result.courseJson() != null && result.courseJson().toString().contains(COMPACTION)) {
            json.writeBooleanProperty("compaction", true);
        }
    }

    /** Writes a flat object as it stands in the course. @param last the beginning of its first member from which on no text contains a brace */
    private static void writeFlat(JsonGenerator json, String name, @Nullable WrittenJson courseJson, String last) {
        String course = courseJson == null ? "" : courseJson.toString();
        String begin = ",\"" + name + "\":";
        int at = course.indexOf(begin + '{');
        if (at >= 0) {
            int end = course.indexOf('}', course.indexOf(last, at));
            json.writeName(name);
            json.writeRawValue(course.substring(at + begin.length(), end + 1));
        }
    }

    private static void writeMoney(JsonGenerator json, Task task, List<Entry> entries) {
        ApiJson.credits(json, "credits_consumed", task.chargeMicros());
        ApiJson.credits(json, "credits_refunded", refundedMicros(entries));
        writeRaw(json, "pricing_detail", task.result().pricingJson());
        json.writeArrayPropertyStart("entries");
        for (Entry entry : entries) {
            json.writeStartObject();
            json.writeNumberProperty("sequence", entry.sequence());
            json.writeStringProperty("kind", entry.kind().code());
            ApiJson.credits(json, "amount", entry.amountMicros());
            json.writeStringProperty("from", entry.from().code());
            json.writeStringProperty("to", entry.to().code());
            ApiJson.time(json, "created_at", entry.at());
            if (entry.reason() != null) {
                json.writeStringProperty("reason", entry.reason());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static long refundedMicros(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry.kind() == EntryKind.REFUND)
                .mapToLong(Entry::amountMicros)
                .sum();
    }

    private static void writeError(JsonGenerator json, TaskResult result) {
        if (result.errorCode() == null) {
            json.writeNullProperty("error");
        } else {
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("code", result.errorCode());
            json.writeStringProperty("message", result.errorMessage());
            json.writeEndObject();
        }
    }

    private static void writeRaw(JsonGenerator json, String name, @Nullable WrittenJson value) {
        json.writeName(name);
        if (value == null) {
            json.writeNull();
        } else {
            json.writeRawValue(value.toString());
        }
    }
}
