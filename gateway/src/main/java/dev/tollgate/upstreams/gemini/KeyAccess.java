package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.pool.Ask;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Gemini API: a key in a header, never in the query, where logs would keep it.
 *
 * @param mayStore whether the project's settings decide what Google stores, and callers; if not, nothing is stored
 */
record KeyAccess(String key, boolean mayStore) implements GeminiEndpoint {

    static final String HEADER = "x-goog-api-key";

    @Override
    public String provider() {
        return "gcp.gemini";
    }

    @Override
    public String path(String model, String method) {
        return "/v1beta/models/" + model + ":" + method;
    }

    @Override
    public Request keyed(Request request) {
        return request.with(HEADER, key);
    }

    @Override
    public ServiceTier tierInBody(ServiceTier asked) {
        return asked;
    }

    @Override
    public Request tiered(Request request, ServiceTier tier) {
        return request;
    }

    /** Google stores each call of newer projects for 55 days unless it says {@code false}. */
    @Override
    public @Nullable Boolean storeInBody(@Nullable Boolean asked) {
        return mayStore ? asked : Boolean.FALSE;
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
    public EmbedMethod embedMethod(String model) {
        return EmbedMethod.BATCH;
    }

    @Override
    public String toString() {
        return "KeyAccess";
    }
}
