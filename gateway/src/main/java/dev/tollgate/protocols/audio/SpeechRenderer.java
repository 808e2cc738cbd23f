package dev.tollgate.protocols.audio;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.upstreams.media.MadeData;
import dev.tollgate.upstreams.media.WavFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A speech (Y55): PCM and events leave as they come. A WAV file says its length in its first bytes, so it leaves whole, from where its parts lie.
 */
final class SpeechRenderer implements Renderer {

    private static final ApiError NO_AUDIO = ApiError.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "The model answered without audio, so the call is free. Ask for words to be spoken in 'input'.")
            .doNotRetry();

    private static final int PART_BYTES = 128;

    private final AudioRequest request;
    private final WavFile wav = new WavFile();
    private boolean begun;

    SpeechRenderer(AudioRequest request) {
        this.request = request;
    }

    @Override
    public void waiting(JsonPieces out) {
        if (request.events() && !begun) {
            begun = true;
            out.out().raw(StreamForm.COMMENT);
        }
    }

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Media made && !made.linked() && wav.add(made.mimeType(), made.data())) {
                take(made.data(), out);
            }
        }
    }

    private void take(MadeData audio, JsonPieces out) {
        if (request.events()) {
            begun = true;
            out.out().raw("data: {\"type\":\"speech.audio.delta\",\"audio\":\"");
            audio.write(out);
            out.out().raw("\"}\n\n");
        } else if (request.format().equals(SpeechReader.PCM)) {
            out.add(audio.decoded());
        }
    }

    @Override
    public long keeps(UpstreamEvent event) {
        return event instanceof UpstreamEvent.Media made
                ? PART_BYTES + made.data().heapBytes()
                : 0;
    }

    @Override
    public @Nullable ApiError unshowable() {
        return wav.isEmpty() ? NO_AUDIO : null;
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        if (request.events()) {
            out.out().raw("data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":");
            out.out().number(completion.usage().prompt());
            out.out().raw(",\"output_tokens\":").number(completion.usage().completion());
            out.out().raw(",\"total_tokens\":").number(completion.usage().totalTokens());
            out.out().raw("},\"credits_consumed\":").credits(completion.chargeMicros());
            out.out().raw("}\n\n");
        } else if (request.format().equals(SpeechReader.WAV)) {
            out.add(wav);
        }
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (begun) {
            ChatErrors.inStream(error, out.out());
        }
    }
}
