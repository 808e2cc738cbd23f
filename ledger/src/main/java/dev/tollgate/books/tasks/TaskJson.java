package dev.tollgate.books.tasks;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A task as {@code GET /v1/tasks/{id}} shows it (decision D41). Credits are exact decimal numbers, times Unix seconds. Pure. */
public final class TaskJson {

    private TaskJson() {}

    /** @param entries the call's charge and its refunds, in their order */
    public static byte[] render(Task task, List<Entry> entries) {
        return ApiJson.object(1_024, json -> {
            writeState(json, task);
            writeUsage(json, task);
            writeMoney(json, task, entries);
            writeError(json, task.ended());
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

    private static void writeUsage(JsonGenerator json, Task task) {
        WrittenJson usage = task.usageJson();
        if (usage == null) {
            json.writeNullProperty("output");
        } else {
            json.writeObjectPropertyStart("output");
            writeRaw(json, "usage", usage);
            json.writeEndObject();
        }
        writeRaw(json, "usage", usage);
        json.writeArrayPropertyStart("usage_flags");
        task.usageFlags().forEach(json::writeString);
        json.writeEndArray();
        ApiJson.number(json, "max_tokens_applied", task.maxTokensApplied());
        writeIfThere(json, "stopped_by", task.stoppedBy());
        writeIfThere(json, "cache", task.cacheJson());
        if (task.isCompaction()) {
            json.writeBooleanProperty("compaction", true);
        }
    }

    private static void writeIfThere(JsonGenerator json, String name, @Nullable WrittenJson value) {
        if (value != null) {
            writeRaw(json, name, value);
        }
    }

    private static void writeMoney(JsonGenerator json, Task task, List<Entry> entries) {
        ApiJson.credits(json, "held", task.heldMicros());
        ApiJson.credits(json, "credits_consumed", task.chargeMicros());
        ApiJson.credits(json, "credits_refunded", refundedMicros(entries));
        writeRaw(json, "pricing_detail", task.pricingJson());
        json.writeArrayPropertyStart("entries");
        for (Entry entry : entries) {
            json.writeStartObject();
            json.writeNumberProperty("sequence", entry.number());
            json.writeStringProperty("kind", entry.kind().code());
            ApiJson.credits(json, "amount", Math.abs(entry.amountMicros()));
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

    private static void writeError(JsonGenerator json, @Nullable EndedCall call) {
        CallError error = call == null ? null : call.details().error();
        if (error == null) {
            json.writeNullProperty("error");
        } else {
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("code", error.code());
            json.writeStringProperty("message", error.message());
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
