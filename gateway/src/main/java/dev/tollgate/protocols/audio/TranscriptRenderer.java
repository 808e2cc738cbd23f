package dev.tollgate.protocols.audio;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.Count;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A transcript (Y56): one object, its text alone, or events whose last one repeats the text. */
final class TranscriptRenderer implements Renderer {

    private final AudioRequest request;
    private final CollectedJson text = new CollectedJson();
    private boolean begun;

    TranscriptRenderer(AudioRequest request) {
        this.request = request;
    }

    @Override
    public void waiting(JsonPieces out) {
        if (!begun) {
            begun = true;
            out.out().raw(StreamForm.COMMENT);
        }
    }

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Text it && !it.text().isEmpty()) {
                text.out().escaped(it.text());
                if (request.events()) {
                    begun = true;
                    out.out().raw("data: {\"type\":\"transcript.text.delta\",\"delta\":");
                    out.out().string(it.text()).raw("}\n\n");
                }
            }
        }
    }

    @Override
    public long keeps(UpstreamEvent event) {
        return event instanceof UpstreamEvent.Text ? AnswerBudget.once(event) : 0;
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        if (request.format().equals(TranscriptReader.TEXT) && !request.events()) {
            out.out().raw((text.unescaped() + "\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        out.out().raw(request.events() ? "data: {\"type\":\"transcript.text.done\",\"text\":\"" : "{\"text\":\"");
        out.repeat(text);
        usage(completion.usage(), out.out().raw("\",\"usage\":"));
        out.out().raw(",\"credits_consumed\":").credits(completion.chargeMicros());
        out.out().raw(request.events() ? "}\n\n" : "}");
    }

    private static void usage(PrintedUsage usage, Utf8Buffer out) {
        long audio = usage.tokens().of(Count.AUDIO);
        out.raw("{\"type\":\"tokens\",\"input_tokens\":").number(usage.prompt());
        out.raw(",\"input_token_details\":{\"text_tokens\":").number(usage.prompt() - Math.min(usage.prompt(), audio));
        out.raw(",\"audio_tokens\":").number(audio);
        out.raw("},\"output_tokens\":").number(usage.completion());
        out.raw(",\"total_tokens\":").number(usage.totalTokens()).raw('}');
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (begun) {
            ChatErrors.inStream(error, out.out());
        }
    }
}
