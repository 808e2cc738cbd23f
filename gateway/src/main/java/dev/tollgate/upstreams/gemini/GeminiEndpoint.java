package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.pool.Ask;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The address of Gemini's models and its authentication: the differences between the Gemini API and Vertex AI (protocol 1.1). */
interface GeminiEndpoint {

    /** Returns the name of {@link dev.tollgate.upstreams.pool.Channel#provider}. */
    String provider();

    /** Returns the path below the base URL. */
    String path(String model, String method);

    /** Returns the same path for an answer that comes in several hops. */
    default String hopPath(String model, String method) {
        return path(model, method);
    }

    /** The request with the credential that does not change from call to call, where it is such a one. */
    Request keyed(Request request);

    /** Returns the service tier that the body names; {@link ServiceTier#STANDARD} for a body that names none. */
    ServiceTier tierInBody(ServiceTier asked);

    /** Returns the request with the service tier that is asked for, if a header names it. */
    Request tiered(Request request, ServiceTier tier);

    /**
     * Returns the {@code store} that the body of a generating call names; null names none.
     *
     * @param asked by the caller; null if nothing is said
     */
    @Nullable
    Boolean storeInBody(@Nullable Boolean asked);

    /** Returns whether the provider may store prompts and answers. */
    default boolean mayStore() {
        return false;
    }

    /** Asks for a connection with the credential of now; may fail with {@link dev.tollgate.upstreams.connections.NotAdmitted}. */
    Future<Roundtrip> connect(FarEnd farEnd, Request request);

    /** The credential of now, for scrubbing. */
    String secret();

    /** Asked on a 401: whether a fresh credential will be shown next time. */
    boolean mayHaveExpired();

    /** @throws dev.tollgate.base.error.ApiException what cannot be asked here, although it can elsewhere */
    void check(Ask ask);

    /** Returns whether functions and a search may stand in one call. */
    default boolean takesFunctionsWithSearch() {
        return true;
    }

    /** Returns the ids of calls that go back to this model. */
    CallIds callIds(boolean isGemini3);

    /** Returns whether there is a Files API. */
    boolean hasFiles();

    /** Returns whether this request can be counted. */
    boolean counts(Ask ask);

    /** The body of {@code countTokens}. */
    OutgoingBody countBody(GeminiBody body, String model, List<PlacedMedium> media);

    /** Returns the method by which a model makes embeddings here. */
    EmbedMethod embedMethod(String model);

    /** Lets go what it holds open. */
    default void close() {}

    /** The ids of calls that go back to a model with the calls and their results (protocol 1.3). */
    enum CallIds {
        /** The caller's ids: every id is accepted. */
        ANY,

        /** The ids alone that the channel has given itself: where it gives none, it may know no such field. */
        OWN,

        NONE
    }
}
