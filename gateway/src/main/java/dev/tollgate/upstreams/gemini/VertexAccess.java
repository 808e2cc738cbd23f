package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.gemini.credentials.VertexToken;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.NativeAsk;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Vertex AI (protocol 1.1): models below a project and a location with a service account's token, or in express mode with a key.
 * What it does not take of the Gemini API's bodies is left out or refused here.
 */
final class VertexAccess implements GeminiEndpoint {

    private static final String TIER_HEADER = "x-vertex-ai-llm-shared-request-type";

    /** The version that knows answers in several hops. */
    private static final String V1BETA1 = "/v1beta1";

    private final String version;
    private final String parent;
    private final @Nullable String expressKey;
    private final @Nullable VertexToken token;

    /** @param parent project and location; empty in express mode */
    private VertexAccess(String version, String parent, @Nullable String expressKey, @Nullable VertexToken token) {
        this.version = version;
        this.parent = parent;
        this.expressKey = expressKey;
        this.token = token;
    }

    static VertexAccess express(String key) {
        return new VertexAccess(V1BETA1, "", key, null);
    }

    static VertexAccess serviceAccount(String project, String location, VertexToken token) {
        return new VertexAccess("/v1", "/projects/" + project + "/locations/" + location, null, token);
    }

    @Override
    public String provider() {
        return "gcp.vertex_ai";
    }

    @Override
    public String path(String model, String method) {
        return version + below(model, method);
    }

    @Override
    public String hopPath(String model, String method) {
        return V1BETA1 + below(model, method);
    }

    private String below(String model, String method) {
        return parent + "/publishers/google/models/" + model + ":" + method;
    }

    @Override
    public Request keyed(Request request) {
        return expressKey == null ? request : request.with(KeyAccess.HEADER, expressKey);
    }

    /** Vertex AI silently serves the standard tier if the body names one. */
    @Override
    public ServiceTier tierInBody(ServiceTier asked) {
        return ServiceTier.STANDARD;
    }

    /** Adds the tier to a request, without a second header, which would bypass throughput that the operator has already paid for. */
    @Override
    public Request tiered(Request request, ServiceTier tier) {
        return tier == ServiceTier.STANDARD ? request : request.with(TIER_HEADER, tier.word());
    }

    /** Vertex AI has no such field. */
    @Override
    public @Nullable Boolean storeInBody(@Nullable Boolean asked) {
        return null;
    }

    @Override
    public Future<Roundtrip> connect(FarEnd farEnd, Request request) {
        return token == null
                ? farEnd.connect(request)
                : token.get().compose(bearer -> farEnd.connect(request.with("authorization", "Bearer " + bearer)));
    }

    @Override
    public String secret() {
        return token != null ? token.current() : expressKey == null ? "" : expressKey;
    }

    @Override
    public boolean mayHaveExpired() {
        return token != null && token.dropIfUsed();
    }

    /** Vertex AI rejects the field that allows functions together with the provider's tools. */
    @Override
    public boolean takesFunctionsWithSearch() {
        return false;
    }

    /** Several tools are taken "only when they are all search tools", as Vertex AI says (GH langchain-google, litellm#26882). */
    @Override
    public void check(Ask ask) {
        Set<ProviderTool> tools = ask.providerTools();
        if (!tools.isEmpty() && ask.functions()) {
            throw refused(ask, "functions with " + tools.iterator().next().words());
        }
        if (tools.size() > 1 && tools.contains(ProviderTool.CODE_EXECUTION)) {
            throw refused(ask, "code_execution with another of the provider's tools");
        }
    }

    private static ApiException refused(Ask ask, String what) {
        return ApiError.invalid(
                        ask.toolsField(), "'" + ask.toolsField() + "' cannot combine " + what + " for this model.")
                .asException();
    }

    /** Endpoints of older models do not know the field, and before autumn 2026 those for newer models did not, either. */
    @Override
    public CallIds callIds(boolean isGemini3) {
        return isGemini3 ? CallIds.OWN : CallIds.NONE;
    }

    /** Large files would have to lie in a bucket: whatever came goes along in the body. */
    @Override
    public boolean hasFiles() {
        return false;
    }

    /** A flat body, which knows neither toolConfig nor safetySettings (protocol 1.10). */
    @Override
    public boolean counts(Ask ask) {
        return !ask.functions() && !setsMore(ask);
    }

    @Override
    public OutgoingBody countBody(GeminiBody body, String model, List<PlacedMedium> media) {
        return body.body(null, media);
    }

    private static boolean setsMore(Ask ask) {
        return switch (ask) {
            case ChatAsk chat -> {
                GoogleOptions google = chat.conversation().google();
                yield google != null && !google.safetySettings().isEmpty();
            }
            case EmbedAsk embeddings -> false;
            case NativeAsk own -> own.body().has("safetySettings") || own.body().has("toolConfig");
        };
    }

    /** Vertex AI takes one content a request. Its oldest Gemini model of embeddings has the method of the models before. */
    @Override
    public EmbedMethod embedMethod(String model) {
        return model.equals("gemini-embedding-001") ? EmbedMethod.PREDICT : EmbedMethod.CONTENT;
    }

    @Override
    public void close() {
        if (token != null) {
            token.close();
        }
    }
}
