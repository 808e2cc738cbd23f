package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.door.answers.AnswerHeaders;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.upstreams.media.WavFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Chunks as they come, as events or as the elements of one array (protocol 2.2); or one object that they are put together to. */
final class GenerateRenderer implements Renderer {

    private final Chunks chunks;
    private final AnswerForm form;
    private final NamedFiles files = new NamedFiles();
    private final Assembly assembly;
    private final WavFile.@Nullable Stream wav;
    private boolean begun;

    /** @param namesTier whether the usage names the service tier that was granted @param speaksWav whether speech comes as WAV */
    GenerateRenderer(MeteredCall metered, boolean namesTier, AnswerForm form, boolean speaksWav) {
        this.chunks = new Chunks(metered, namesTier);
        this.form = form;
        this.assembly = new Assembly(files, speaksWav);
        this.wav = speaksWav && form != AnswerForm.WHOLE ? new WavFile.Stream() : null;
    }

    /** The chunks name the upstream's id. */
    @Override
    public void upstream(AnswerHeaders headers, UpstreamEvent first) {}

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        files.addAll(events);
        List<ObjectNode> shown = chunks.of(events);
        if (form == AnswerForm.WHOLE) {
            shown.forEach(assembly::add);
        } else {
            shown.forEach(chunk -> write(chunk, out));
            begun |= !shown.isEmpty();
        }
    }

    private void write(JsonNode chunk, JsonPieces out) {
        WavFile.Stream its = wav;
        if (its != null) {
            chunk.path("candidates").forEach(candidate -> candidate
                    .path("content")
                    .path("parts")
                    .forEach(part -> files.show(part.path("inlineData"), its)));
        }
        if (form == AnswerForm.ARRAY) {
            boolean isFirst = !begun && out.size() == 0;
            out.out().raw(isFirst ? "[" : ",\r\n");
            files.write(chunk, out);
        } else {
            out.out().raw(AnswerForm.DATA);
            files.write(chunk, out);
            out.out().raw("\r\n\r\n");
        }
    }

    /** Events repeat what the chunks of their answer hold. */
    @Override
    public long keeps(UpstreamEvent event) {
        return form == AnswerForm.WHOLE && event instanceof UpstreamEvent.Raw raw ? raw.bytes() : 0;
    }

    /** Returns the text of each candidate that ended on its own. */
    @Override
    public List<String> texts() {
        assembly.addCandidates(chunks.takeEnds());
        return assembly.stopped();
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        ObjectNode last = chunks.last(completion);
        if (form == AnswerForm.WHOLE) {
            assembly.add(last);
            assembly.write(out);
        } else {
            last(last, out);
        }
    }

    private Utf8Buffer last(JsonNode chunk, JsonPieces out) {
        write(chunk, out);
        return form == AnswerForm.ARRAY ? out.out().raw("]") : out.out();
    }

    /**
     * Writes an error as a chunk, because Google's clients skip everything else (D23). Older clients read that chunk as a response without candidates, and
     * only notice text that is no event, which a front end of Google's leaves after it (protocol 2.2). Clients that follow the rules of event
     * streams skip that text.
     */
    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (begun) {
            JsonNode tree = GenerateErrors.tree(error);
            last(tree, out).raw(form == AnswerForm.EVENTS ? GoogleJson.bytes(tree) : new byte[0]);
        }
    }

    @Override
    public List<SignedPart> signed() {
        return chunks.signed();
    }
}
