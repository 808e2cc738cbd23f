package dev.tollgate.protocols.batches;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.BatchNote;
import dev.tollgate.jobs.Job;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The object of a batch: openai's members, and ours (J24, J25). Pure functions.
 *
 * @param details null if they are under a key that the server has no more
 */
record BatchObject(Batch batch, @Nullable BatchDetails details) {

    private static final int BYTES_ABOUT = 2_048;

    private static final LineFault RESTORED = new LineFault(
            "restored",
            null,
            "The service was restored from a copy in which the batch was open. What was answered stays. Create a batch of the lines that are missing.",
            null);

    private static final LineFault UNREADABLE = new LineFault(
            ErrorCode.INTERNAL_ERROR.code(),
            null,
            "Why the batch has failed cannot be read: the operator has removed the secret key under which it was kept.",
            null);

    byte[] bytes() {
        return ApiJson.object(BYTES_ABOUT, this::members);
    }

    void members(JsonGenerator json) {
        Job job = batch.job();
        Instant ended = job.endedAt();
        json.writeStringProperty("id", BatchLine.PREFIX + BatchIds.chars(batch.id()));
        json.writeStringProperty("object", "batch");
        json.writeStringProperty("endpoint", batch.endpoint());
        json.writeStringProperty("model", known().model());
        errors(json);
        json.writeStringProperty("input_file_id", BatchIds.FILE + batch.inputId());
        json.writeStringProperty("completion_window", "24h");
        json.writeStringProperty("status", batch.status().code());
        json.writeStringProperty("output_file_id", batch.outputFileId());
        json.writeStringProperty("error_file_id", batch.errorFileId());
        ApiJson.time(json, "created_at", job.createdAt());
        ApiJson.time(json, "in_progress_at", batch.startedAt());
        ApiJson.time(json, "expires_at", job.deadline());
        ApiJson.time(json, "finalizing_at", null);
        ApiJson.time(json, "completed_at", job.state() == Job.State.COMPLETED ? ended : null);
        ApiJson.time(json, "failed_at", job.state() == Job.State.FAILED ? ended : null);
        ApiJson.time(json, "expired_at", job.state() == Job.State.EXPIRED ? ended : null);
        ApiJson.time(json, "cancelling_at", job.cancelAt());
        ApiJson.time(json, "cancelled_at", job.state() == Job.State.CANCELLED ? ended : null);
        counts(json);
        usage(json);
        metadata(json);
        ours(json);
    }

    private BatchDetails known() {
        return details == null ? BatchDetails.LOST : details;
    }

    private void errors(JsonGenerator json) {
        List<LineFault> faults = batch.job().state() == Job.State.FAILED ? faults() : List.of();
        json.writeName("errors");
        if (faults.isEmpty()) {
            json.writeNull();
        } else {
            writeErrors(json, faults);
        }
    }

    private List<LineFault> faults() {
        if (details == null) {
            return List.of(UNREADABLE);
        }
        JobTrouble reason = details.reason();
        if (!details.faults().isEmpty()) {
            return details.faults();
        }
        return List.of(
                reason == null || isOfPause(reason)
                        ? RESTORED
                        : new LineFault(reason.code(), null, reason.message(), null));
    }

    /** Returns whether it is why a batch waits: that it has failed since is said by nothing, if its books were restored. No batch waits for an internal error. */
    private static boolean isOfPause(JobTrouble reason) {
        return Arrays.stream(ErrorCode.values())
                .anyMatch(
                        code -> code != ErrorCode.INTERNAL_ERROR && code.code().equals(reason.code()));
    }

    static void writeErrors(JsonGenerator json, List<LineFault> faults) {
        json.writeStartObject();
        json.writeStringProperty("object", "list");
        json.writeArrayPropertyStart("data");
        for (LineFault fault : faults) {
            json.writeStartObject();
            json.writeStringProperty("code", fault.code());
            ApiJson.number(json, "line", fault.line() == null ? null : Long.valueOf(fault.line()));
            json.writeStringProperty("message", fault.message());
            json.writeStringProperty("param", fault.param());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void counts(JsonGenerator json) {
        json.writeObjectPropertyStart("request_counts");
        json.writeNumberProperty("total", batch.lines());
        json.writeNumberProperty("completed", batch.completed());
        json.writeNumberProperty("failed", batch.failed());
        json.writeEndObject();
    }

    private void usage(JsonGenerator json) {
        Batch.Tokens tokens = batch.tokens();
        json.writeObjectPropertyStart("usage");
        json.writeNumberProperty("input_tokens", tokens.prompt());
        json.writeObjectPropertyStart("input_tokens_details");
        json.writeNumberProperty("cached_tokens", tokens.cached());
        json.writeEndObject();
        json.writeNumberProperty("output_tokens", tokens.completion());
        json.writeObjectPropertyStart("output_tokens_details");
        json.writeNumberProperty("reasoning_tokens", tokens.reasoning());
        json.writeEndObject();
        json.writeNumberProperty("total_tokens", tokens.prompt() + tokens.completion());
        json.writeEndObject();
    }

    private void metadata(JsonGenerator json) {
        json.writeName("metadata");
        if (known().metadata() == null) {
            json.writeNull();
        } else {
            json.writeStartObject();
            known().metadata().forEach(json::writeStringProperty);
            json.writeEndObject();
        }
    }

    private void ours(JsonGenerator json) {
        ApiJson.credits(json, "credits_consumed", batch.job().chargedMicros());
        ApiJson.credits(json, "min_credits", batch.minMicros());
        ApiJson.credits(json, "max_credits", batch.maxMicros());
        ApiJson.credits(json, "projected_credits", batch.projectedMicros());
        paused(json);
        writeNotes(json, known().notes());
    }

    static void writeNotes(JsonGenerator json, List<BatchNote> notes) {
        json.writeArrayPropertyStart("notes");
        notes.forEach(note -> json.writeString(note.english()));
        json.writeEndArray();
    }

    private void paused(JsonGenerator json) {
        Job job = batch.job();
        json.writeName("paused");
        if (job.pause() == null || !job.isOpen()) {
            json.writeNull();
            return;
        }
        JobTrouble reason = known().reason();
        json.writeStartObject();
        json.writeStringProperty("reason", job.pause().code());
        json.writeStringProperty("message", reason == null ? null : reason.message());
        ApiJson.time(json, "since", job.pausedAt());
        ApiJson.time(json, "retry_at", job.dueAt());
        json.writeEndObject();
    }
}
