package dev.tollgate.gemini;

import dev.tollgate.channel.FarEnd;
import dev.tollgate.channel.OutgoingBody;
import dev.tollgate.channel.Request;
import dev.tollgate.channel.Roundtrip;
import dev.tollgate.upstream.Ask;
import io.vertx.core.Future;
import java.util.List;

/** The Gemini API: a key in a header, never in the query, where logs would keep it. */
record KeyAccess(String key) implements GeminiEndpoint {

    static final String HEADER = "x-goog-api-key";

    @Override
    public String path(String model, String method) {
        return "/v1beta/models/" + model + ":" + method;
    }

    @Override
    public Request keyed(Request request) {
        return request.with(HEADER, key);
    }

    @Override
    public Future<Roundtrip> connect(FarEnd farEnd, Request request) {
        return farEnd.connect(request);
    }

    @Override
    public String secret() {
        return key;
    }

    @Override
    public boolean mayHaveExpired() {
        return false;
    }

    @Override
    public void check(Ask ask) {
        // takes whatever can be translated
    }

    @Override
    public CallIds callIds(boolean isGemini3) {
        return CallIds.ANY;
    }

    @Override
    public boolean hasFiles() {
        return true;
    }

    @Override
    public boolean counts(Ask ask) {
        return true;
    }

    @Override
    public OutgoingBody countBody(GeminiBody body, String model, List<PlacedMedium> media) {
        return body.countBody(model, media);
    }

    @Override
    public String toString() {
        return "KeyAccess";
    }
}
