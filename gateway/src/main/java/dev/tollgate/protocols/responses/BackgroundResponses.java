package dev.tollgate.protocols.responses;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.jobs.Job;
import dev.tollgate.protocols.door.BackgroundAnswers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A response in the background: the object of its creation, with a new beginning and a new end (J31). */
public final class BackgroundResponses implements BackgroundAnswers.Form {

    private static final byte[] BODY = ",\"instructions\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = ",\"usage\":null,\"credits_consumed\":null,\"native_finish_reason\":null}"
            .getBytes(StandardCharsets.US_ASCII);
    /** Replaces the object of a creation that cannot be decrypted. */
    private static final byte[] UNREADABLE = """
            {,"instructions":null,"metadata":{},"model":"","output":[],"previous_response_id":null,"max_output_tokens":null,"max_tool_calls":null,\
            "parallel_tool_calls":true,"truncation":"disabled","temperature":1,"top_p":1,"presence_penalty":0,"frequency_penalty":0,"top_logprobs":0,\
            "reasoning":{"effort":null,"summary":null},"safety_identifier":null,"prompt_cache_key":null,"service_tier":"default","store":true,\
            "text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"usage":null,"credits_consumed":null,"native_finish_reason":null}""".getBytes(StandardCharsets.US_ASCII);

    @Override
    public byte[] object(Job job, byte @Nullable [] made, @Nullable JobTrouble error) {
        byte[] created = Objects.requireNonNullElse(made, UNREADABLE);
        Utf8Buffer out = new Utf8Buffer(created.length + END.length);
        ResponseObject.head(
                job.shownId(), CompletionIds.created(job.id()).getEpochSecond(), null, status(job), true, out);
        if (job.state() == Job.State.FAILED) {
            JobTrouble why = BackgroundAnswers.why(error);
            out.raw("{\"code\":").string(errorCode(why)).raw(",\"message\":");
            out.string(why.message()).raw('}');
        } else {
            out.raw("null");
        }
        out.raw(",\"incomplete_details\":null");
        out.raw(Arrays.copyOfRange(created, BackgroundAnswers.placeOf(BODY, created), created.length - END.length));
        out.raw(",\"usage\":null,\"credits_consumed\":");
        if (job.chargedMicros() > 0) {
            out.credits(job.chargedMicros());
        } else {
            out.raw("null");
        }
        out.raw(",\"native_finish_reason\":null");
        BackgroundAnswers.end(job, error, (to, time) -> to.number(time.getEpochSecond()), out);
        return out.toByteArray();
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
}
