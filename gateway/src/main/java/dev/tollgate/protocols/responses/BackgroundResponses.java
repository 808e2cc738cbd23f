package dev.tollgate.protocols.responses;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.jobs.JobRequest;
import dev.tollgate.calls.jobs.JobRunner;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.calls.kept.KeptById;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.jobs.Jobs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Responses in the background, until they are kept (J30–J32): the object of their creation, with what has happened since. Thread-safe. */
public record BackgroundResponses(Jobs jobs, Supplier<JobRunner> runner) implements KeptById.Background {

    private static final byte[] BODY = ",\"instructions\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = ",\"usage\":null,\"credits_consumed\":null,\"native_finish_reason\":null}"
            .getBytes(StandardCharsets.US_ASCII);
    /** Replaces the object of a creation that cannot be decrypted. */
    private static final byte[] UNREADABLE = """
            {,"instructions":null,"metadata":{},"model":"","output":[],"previous_response_id":null,"max_output_tokens":null,"max_tool_calls":null,\
            "parallel_tool_calls":true,"truncation":"disabled","temperature":1,"top_p":1,"presence_penalty":0,"frequency_penalty":0,"top_logprobs":0,\
            "reasoning":{"effort":null,"summary":null},"safety_identifier":null,"prompt_cache_key":null,"service_tier":"default","store":true,\
            "text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"usage":null,"credits_consumed":null,"native_finish_reason":null}""".getBytes(StandardCharsets.US_ASCII);

    /** The error of a job without a readable one: the books were restored, or the secret key of the error is gone. */
    private static final String LOST =
            "The response was not made: the service was restored from a copy, or its secret key was replaced. Nothing was charged. Send the request again.";

    private static final Duration CANCEL_WAIT = Duration.ofSeconds(5);
    private static final Duration LOOK_FIRST = Duration.ofMillis(30);

    @Override
    public byte @Nullable [] find(String accountId, KeyOwner reads, String task, Lease memory) {
        Job job = jobs.find(accountId, reads, task);
        byte[] packed = job == null ? null : packed(job, memory);
        if (job != null && packed == null) {
            job = jobs.find(accountId, reads, task); // it may have ended between the two looks
        }
        if (job == null || job.state() == Job.State.COMPLETED || job.state() == Job.State.INCOMPLETE) {
            return null;
        }
        if (packed == null) {
            return object(job, UNREADABLE);
        }
        try {
            charge(memory, 3L * JobRequest.shownBytes(packed));
            return object(job, JobRequest.shown(packed));
        } catch (JobRequest.Damaged e) {
            return object(job, UNREADABLE);
        }
    }

    @Override
    public byte @Nullable [] request(String accountId, KeyOwner reads, String task, Lease memory) {
        Job job = jobs.find(accountId, reads, task);
        byte[] packed = job == null ? null : packed(job, memory);
        if (packed == null) {
            return null;
        }
        try {
            charge(memory, JobRequest.plainBytes(packed));
            return JobRequest.of(packed).body();
        } catch (JobRequest.Damaged e) {
            return null;
        }
    }

    /** Returns the packed request of a job; null if it is gone, or cannot be opened any more. */
    private byte @Nullable [] packed(Job job, Lease memory) {
        byte[] packed = jobs.request(job);
        if (packed != null) {
            charge(memory, 2L * packed.length);
        }
        return packed;
    }

    private static void charge(Lease memory, long bytes) {
        if (bytes > KeptResponse.LARGE_BYTES) {
            memory.becomeLarge();
        }
        memory.take(bytes);
    }

    @Override
    public byte @Nullable [] cancel(String accountId, KeyOwner reads, String task, Lease memory) {
        if (jobs.cancel(accountId, reads, task, false) == Cancelled.RUNNING) {
            runner.get().cancel(task);
            awaitEnd(accountId, reads, task);
        }
        return find(accountId, reads, task, memory);
    }

    /** The call may run on another server, which looks every two seconds. */
    private void awaitEnd(String accountId, KeyOwner reads, String task) {
        long until = System.nanoTime() + CANCEL_WAIT.toNanos();
        for (Duration pause = LOOK_FIRST; System.nanoTime() < until; pause = pause.plus(LOOK_FIRST)) {
            Job job = jobs.find(accountId, reads, task);
            if (job == null || !job.isOpen()) {
                return;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public boolean delete(String accountId, KeyOwner reads, String task) {
        Cancelled cancelled = jobs.cancel(accountId, reads, task, true);
        if (cancelled == Cancelled.RUNNING) {
            runner.get().cancel(task);
        }
        return cancelled != Cancelled.UNKNOWN;
    }

    /** Writes the object of its creation with a new beginning and a new end. */
    private byte[] object(Job job, byte[] created) {
        byte[] sealed = job.line().trouble();
        byte[] trouble = sealed == null ? null : jobs.open(job.id(), 1, sealed);
        JobTrouble error = trouble == null ? null : JobTrouble.of(trouble);
        Utf8Buffer out = new Utf8Buffer(created.length + END.length);
        String id = KeptIds.RESPONSE + KeptIds.chars(job.id());
        ResponseObject.head(id, CompletionIds.created(job.id()).getEpochSecond(), null, status(job), true, out);
        if (job.state() == Job.State.FAILED) {
            out.raw("{\"code\":").string(error == null ? "server_error" : errorCode(error));
            out.raw(",\"message\":")
                    .string(error == null ? LOST : error.message())
                    .raw('}');
        } else {
            out.raw("null");
        }
        out.raw(",\"incomplete_details\":null");
        out.raw(Arrays.copyOfRange(created, indexOf(created, BODY), created.length - END.length));
        end(job, error, out);
        return out.toByteArray();
    }

    private static void end(Job job, @Nullable JobTrouble error, Utf8Buffer out) {
        out.raw(",\"usage\":null,\"credits_consumed\":");
        if (job.chargedMicros() > 0) {
            out.credits(job.chargedMicros());
        } else {
            out.raw("null");
        }
        out.raw(",\"native_finish_reason\":null");
        if (job.line().callId() != null) {
            out.raw(",\"task_id\":").string(job.line().callId());
        }
        if (job.pause() != null && job.pausedAt() != null) {
            out.raw(",\"paused\":{\"reason\":\"").raw(job.pause().code()).raw("\",\"message\":");
            out.stringOrNull(error == null ? null : error.message());
            out.raw(",\"since\":").number(job.pausedAt().getEpochSecond());
            out.raw(",\"retry_at\":").number(job.dueAt().getEpochSecond()).raw('}');
        }
        out.raw('}');
    }

    private static String status(Job job) {
        if (job.isOpen()) {
            return job.isRunning() ? "in_progress" : "queued";
        }
        return job.state().code();
    }

    private static String errorCode(JobTrouble error) {
        return error.code().equals("context_length_exceeded") ? error.code() : "server_error";
    }

    /** Returns a kept response with the id of its call, which tasks, receipts and refunds take. @param callId null if it has the id of its call */
    static byte[] named(byte[] response, @Nullable String callId) {
        if (callId == null) {
            return response;
        }
        byte[] name = (",\"task_id\":\"" + callId + "\"}").getBytes(StandardCharsets.US_ASCII);
        byte[] named = Arrays.copyOf(response, response.length - 1 + name.length);
        System.arraycopy(name, 0, named, response.length - 1, name.length);
        return named;
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i <= bytes.length - part.length; i++) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new IllegalStateException("not an object of a response");
    }
}
