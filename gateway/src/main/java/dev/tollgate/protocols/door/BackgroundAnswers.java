package dev.tollgate.protocols.door;

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
import java.time.Instant;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A door's answers in the background, until they are kept (J30–J32). Thread-safe. @param kind of their jobs */
public record BackgroundAnswers(Job.Kind kind, Jobs jobs, Supplier<JobRunner> runner, Form form)
        implements KeptById.Background {

    /** The form in which a door shows an answer that it does not keep. */
    @FunctionalInterface
    public interface Form {

        /**
         * Returns the object of its creation, with what has happened since.
         *
         * @param created the object; null if it cannot be read any more
         * @param error of the last try; null if there is none, or none that can be read
         */
        byte[] object(Job job, byte @Nullable [] created, @Nullable JobTrouble error);
    }

    /** The error of a job without a readable one: the books were restored, or the secret key of the error is gone. */
    private static final JobTrouble LOST = new JobTrouble(
            "internal_error",
            "The response was not made: the service was restored from a copy, or its secret key was replaced. Nothing was charged. Send the request again.");

    private static final Duration CANCEL_WAIT = Duration.ofSeconds(5);
    private static final Duration LOOK_FIRST = Duration.ofMillis(30);

    @Override
    public byte @Nullable [] find(String accountId, KeyOwner reads, String task, Lease memory) {
        Job job = its(accountId, reads, task);
        byte[] packed = job == null ? null : packed(job, memory);
        if (job != null && packed == null) {
            job = its(accountId, reads, task); // it may have ended between the two looks
        }
        if (job == null || job.state().isAnswered()) {
            return null;
        }
        return form.object(job, packed == null ? null : created(packed, memory), trouble(job));
    }

    private static byte @Nullable [] created(byte[] packed, Lease memory) {
        try {
            charge(memory, 3L * JobRequest.shownBytes(packed));
            return JobRequest.shown(packed);
        } catch (JobRequest.Damaged e) {
            return null;
        }
    }

    @Override
    public byte @Nullable [] request(String accountId, KeyOwner reads, String task, Lease memory) {
        Job job = its(accountId, reads, task);
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
        if (wish(accountId, reads, task, false) == Cancelled.RUNNING) {
            awaitEnd(accountId, reads, task);
        }
        return find(accountId, reads, task, memory);
    }

    /** The call may run on another server, which looks every two seconds. */
    private void awaitEnd(String accountId, KeyOwner reads, String task) {
        long until = System.nanoTime() + CANCEL_WAIT.toNanos();
        for (Duration pause = LOOK_FIRST; System.nanoTime() < until; pause = pause.plus(LOOK_FIRST)) {
            Job job = its(accountId, reads, task);
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
        return wish(accountId, reads, task, true) != Cancelled.UNKNOWN;
    }

    private Cancelled wish(String accountId, KeyOwner reads, String task, boolean deletes) {
        if (its(accountId, reads, task) == null) {
            return Cancelled.UNKNOWN;
        }
        Cancelled cancelled = jobs.cancel(accountId, reads, task, deletes);
        if (cancelled == Cancelled.RUNNING) {
            runner.get().cancel(task);
        }
        return cancelled;
    }

    /** Returns a job of the door's; null if there is none that the key may read. */
    private @Nullable Job its(String accountId, KeyOwner reads, String task) {
        Job job = jobs.find(accountId, reads, task);
        return job == null || job.kind() != kind ? null : job;
    }

    /** Returns the error of its last try; null if there is none, or none that can be read. */
    private @Nullable JobTrouble trouble(Job job) {
        byte[] sealed = job.line().trouble();
        byte[] trouble = sealed == null ? null : jobs.open(job.id(), 1, sealed);
        return trouble == null ? null : JobTrouble.of(trouble);
    }

    // ---- what the objects of doors have in common ----

    /** Returns why a job has failed. */
    public static JobTrouble why(@Nullable JobTrouble error) {
        return error == null ? LOST : error;
    }

    /**
     * Writes the end of an object: its call, and why it waits.
     *
     * @param time writes a time as the door does
     */
    public static void end(Job job, @Nullable JobTrouble error, BiConsumer<Utf8Buffer, Instant> time, Utf8Buffer out) {
        if (job.line().callId() != null) {
            out.raw(",\"task_id\":").string(job.line().callId());
        }
        if (job.pause() != null && job.pausedAt() != null) {
            out.raw(",\"paused\":{\"reason\":\"").raw(job.pause().code()).raw("\",\"message\":");
            out.stringOrNull(error == null ? null : error.message()).raw(",\"since\":");
            time.accept(out, job.pausedAt());
            out.raw(",\"retry_at\":");
            time.accept(out, job.dueAt());
            out.raw('}');
        }
        out.raw('}');
    }

    /** Returns a kept answer with the id of its call, which tasks, receipts and refunds take. @param callId null if it has the id of its call */
    public static byte[] named(byte[] answer, @Nullable String callId) {
        if (callId == null) {
            return answer;
        }
        byte[] name = (",\"task_id\":\"" + callId + "\"}").getBytes(StandardCharsets.US_ASCII);
        byte[] named = Arrays.copyOf(answer, answer.length - 1 + name.length);
        System.arraycopy(name, 0, named, answer.length - 1, name.length);
        return named;
    }

    /** Returns the place of a member in the object of a creation. */
    public static int placeOf(byte[] member, byte[] created) {
        for (int i = 0; i <= created.length - member.length; i++) {
            if (Arrays.equals(created, i, i + member.length, member, 0, member.length)) {
                return i;
            }
        }
        throw new IllegalStateException("not the object of a creation");
    }
}
