package dev.tollgate.protocols.googleapi.interactions;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.jobs.Job;
import dev.tollgate.protocols.door.BackgroundAnswers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An interaction in the background: what its creation has named, behind its present state (J31). */
public final class BackgroundInteractions implements BackgroundAnswers.Form {

    private static final byte[] NAMED = ",\"model\":".getBytes(StandardCharsets.US_ASCII);
    /** Replaces the object of a creation that cannot be decrypted. */
    private static final byte[] UNREADABLE = "{,\"model\":\"\"}".getBytes(StandardCharsets.US_ASCII);

    /** Returns the object of a creation. @param id of the job */
    static byte[] queued(InteractionRequest.Settings settings, String id) {
        Utf8Buffer out = new Utf8Buffer();
        head(Job.Kind.INTERACTION.shown(id), "in_progress", id, CompletionIds.created(id), out);
        out.raw(NAMED).string(settings.model());
        if (settings.previousId() != null) {
            out.raw(",\"previous_interaction_id\":").string(settings.previousId());
        }
        return out.raw('}').toByteArray();
    }

    private static void head(String shownId, String status, String id, Instant updated, Utf8Buffer out) {
        out.raw("{\"id\":")
                .string(shownId)
                .raw(",\"object\":\"interaction\",\"status\":\"")
                .raw(status);
        out.raw("\",\"created\":").string(InteractionsRenderer.time(CompletionIds.created(id)));
        out.raw(",\"updated\":").string(InteractionsRenderer.time(updated)).raw(",\"steps\":[]");
    }

    @Override
    public byte[] object(Job job, byte @Nullable [] made, @Nullable JobTrouble error) {
        byte[] created = Objects.requireNonNullElse(made, UNREADABLE);
        Utf8Buffer out = new Utf8Buffer(created.length + UNREADABLE.length);
        Instant updated = Objects.requireNonNullElse(job.endedAt(), CompletionIds.created(job.id()));
        head(job.shownId(), job.isOpen() ? "in_progress" : job.state().code(), job.id(), updated, out);
        int from = BackgroundAnswers.placeOf(NAMED, created);
        out.raw(created, from, created.length - 1 - from);
        if (job.state() == Job.State.FAILED) {
            JobTrouble why = BackgroundAnswers.why(error);
            out.raw(",\"errors\":[{\"code\":").string(why.code()).raw(",\"message\":");
            out.string(why.message()).raw("}]");
        }
        if (job.chargedMicros() > 0) {
            out.raw(",\"credits_consumed\":").credits(job.chargedMicros());
        }
        BackgroundAnswers.end(job, error, (to, time) -> to.string(InteractionsRenderer.time(time)), out);
        return out.toByteArray();
    }
}
