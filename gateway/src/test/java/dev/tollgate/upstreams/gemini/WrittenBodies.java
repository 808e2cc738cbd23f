package dev.tollgate.upstreams.gemini;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.GoldenRequests.Made;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.NativeAsk;
import java.util.List;
import java.util.Set;

/** The bodies that a Gemini channel sends, for tests outside this package. */
public final class WrittenBodies {

    private static final String CHANNEL = "main";
    private static final Set<String> BUCKETS = Set.of("open-bucket");

    private WrittenBodies() {}

    /**
     * @param callIds the name of a {@link CallIds}
     * @throws dev.tollgate.base.error.ApiException for what the model cannot take
     */
    public static Made of(Ask ask, UpstreamModel model, String callIds) {
        GeminiBody body = body(ask, model, CallIds.valueOf(callIds));
        List<PlacedMedium> media =
                body.slots().stream().map(RequestFuzz::placed).toList();
        return new Made(RequestFuzz.bytes(body.body(7L, media)), body.ignored(), body.wanted());
    }

    /** The length of a body without media and without its maximum. The body is not copied. */
    public static int lengthOf(Ask ask, UpstreamModel model, String callIds) {
        return body(ask, model, CallIds.valueOf(callIds)).plainLength();
    }

    private static GeminiBody body(Ask ask, UpstreamModel model, CallIds ids) {
        return switch (ask) {
            case ChatAsk chat ->
                GeminiRequestWriter.write(chat.onChannel(CHANNEL, model.name()), model, ids, BUCKETS, ask.tier());
            case EmbedAsk embeddings -> throw new AssertionError("not a body of this form");
            case NativeAsk own -> NativeRequestWriter.write(own, CHANNEL, model, ids, BUCKETS, ask.tier());
        };
    }
}
