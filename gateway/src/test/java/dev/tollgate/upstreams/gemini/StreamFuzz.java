package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.json.Json;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.gemini.answers.GeminiEventReader;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Whatever an upstream sends, events come of it and exactly one end; the same ones however it is cut. The first byte says how it
 * is cut. A target of Jazzer's too.
 */
public final class StreamFuzz {

    private StreamFuzz() {}

    /** @param end null for a whole answer */
    private record Told(List<UpstreamEvent> events, UpstreamFailure end) {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, 1, input.length);
        int candidates = 1 + (input[0] & 1);
        Told whole = told(stream, Math.max(1, stream.length), candidates);
        Told cut = told(stream, 1 + ((input[0] & 0xff) >> 1), candidates);
        assertThat(cut.events()).isEqualTo(whole.events());
        assertThat(cut.end()).isEqualTo(whole.end());
        check(whole);
    }

    private static Told told(byte[] stream, int pieceBytes, int candidates) {
        GeminiEventReader reader = new GeminiEventReader(new GeminiErrors("secret"), candidates > 1, candidates, false);
        List<UpstreamEvent> events = new ArrayList<>();
        for (int at = 0; at < stream.length; at += pieceBytes) {
            byte[] piece = Arrays.copyOfRange(stream, at, Math.min(stream.length, at + pieceBytes));
            if (!reader.read(piece, piece.length, events)) {
                break;
            }
        }
        return new Told(events, reader.end(events));
    }

    private static void check(Told told) {
        BitSet open = new BitSet();
        boolean started = false;
        for (UpstreamEvent event : told.events()) {
            assertThat(event instanceof UpstreamEvent.Started).isEqualTo(!started);
            started = true;
            int candidate = candidate(event);
            if (candidate >= 0) {
                open.set(candidate, !(event instanceof UpstreamEvent.Finish));
            }
            checkCitations(event);
        }
        UpstreamFailure end = told.end();
        if (end == null) {
            assertThat(open.isEmpty()).as("a finish reason is last").isTrue();
        } else {
            // "could not be read" is the message for an exception that the reader did not expect.
            assertThat(end.detail())
                    .doesNotContain("could not be read", "secret")
                    .matches("(?s)\\P{Cntrl}{0,301}");
        }
    }

    private static void checkCitations(UpstreamEvent event) {
        if (event instanceof UpstreamEvent.Grounding grounding) {
            for (UpstreamEvent.Citation citation : grounding.citations()) {
                assertThat(citation.startIndex()).isNotNegative().isLessThanOrEqualTo(citation.endIndex());
            }
        }
    }

    private static int candidate(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.ServerTool tool -> tool.candidate();
            case UpstreamEvent.Text it -> it.candidate();
            case UpstreamEvent.Thought it -> it.candidate();
            case UpstreamEvent.ToolCall it -> object(it);
            case UpstreamEvent.Media it -> it.candidate();
            case UpstreamEvent.Grounding it -> it.candidate();
            case UpstreamEvent.Logprobs it -> it.candidate();
            case UpstreamEvent.Finish it -> it.candidate();
            case UpstreamEvent.Started it -> -1;
            case UpstreamEvent.PromptBlocked it -> -1;
            case UpstreamEvent.Usage it -> -1;
            case UpstreamEvent.Searched it -> -1;
            case UpstreamEvent.Located it -> -1;
            case UpstreamEvent.Ran it -> it.candidate();
            case UpstreamEvent.TierGranted it -> -1;
            case UpstreamEvent.Cost it -> -1;
            case UpstreamEvent.Unreported it -> -1;
            case UpstreamEvent.Raw it -> -1;
            case UpstreamEvent.Embedded it -> -1;
        };
    }

    /** Without looking at numbers, which are passed on as they came. */
    private static boolean isObject(String text) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            parser.skipChildren();
            return object && parser.nextToken() == null;
        }
    }

    /** A call's arguments are one object, whatever came. */
    private static int object(UpstreamEvent.ToolCall call) {
        assertThat(isObject(call.arguments())).as(call.arguments()).isTrue();
        return call.candidate();
    }
}
