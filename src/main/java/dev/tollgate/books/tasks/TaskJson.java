package dev.tollgate.books.tasks;

import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A task as {@code GET /v1/tasks/{id}} shows it (decision D41). Credits are exact decimal numbers, times Unix seconds. Pure. */
public final class TaskJson {

    private static final JsonFactory JSON = new JsonFactory();

    private TaskJson() {}

    /** @param entries the call's movements, in their order */
    public static byte[] render(Task task, List<Entry> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            writeState(json, task);
            writeUsage(json, task.result());
            writeMoney(json, task, entries);
            writeError(json, task.result());
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeState(JsonGenerator json, Task task) {
        json.writeStringProperty("id", task.id());
        json.writeStringProperty("object", "task");
        json.writeStringProperty("status", task.status().code());
        json.writeStringProperty("model", task.model());
        json.writeStringProperty("model_id", task.modelId());
        json.writeStringProperty("key", task.keyId());
        json.writeNumberProperty("created_at", task.createdAt().getEpochSecond());
        Instant completedAt = task.completedAt();
        if (completedAt == null) {
            json.writeNullProperty("completed_at");
        } else {
            json.writeNumberProperty("completed_at", completedAt.getEpochSecond());
        }
        json.writeNullProperty("progress");
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
        Long maxTokens = result.maxTokensApplied();
        if (maxTokens == null) {
            json.writeNullProperty("max_tokens_applied");
        } else {
            json.writeNumberProperty("max_tokens_applied", maxTokens);
        }
    }

    private static void writeMoney(JsonGenerator json, Task task, List<Entry> entries) {
        writeCredits(json, "credits_consumed", task.chargeMicros());
        writeCredits(json, "credits_refunded", refundedMicros(entries));
        writeRaw(json, "pricing_detail", task.result().pricingJson());
        json.writeArrayPropertyStart("entries");
        for (Entry entry : entries) {
            json.writeStartObject();
            json.writeNumberProperty("sequence", entry.sequence());
            json.writeStringProperty("kind", entry.kind().code());
            writeCredits(json, "amount", entry.amountMicros());
            json.writeStringProperty("from", entry.from().code());
            json.writeStringProperty("to", entry.to().code());
            json.writeNumberProperty("created_at", entry.at().getEpochSecond());
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

    private static void writeCredits(JsonGenerator json, String name, long micros) {
        json.writeName(name);
        json.writeNumber(Credits.text(micros));
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
