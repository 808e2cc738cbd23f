package dev.tollgate.sandbox.requests;

import dev.tollgate.sandbox.files.StoredFile;
import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.routes.Target;
import dev.tollgate.sandbox.scripting.KnobSettings;
import java.util.Map;

/**
 * The conditions of a response besides the request's body. Immutable.
 *
 * @param vertex whether Vertex AI is asked, which does some things differently
 * @param streams whether the answer comes in pieces
 * @param caller whose files and signatures count
 * @param knobs those in force
 * @param requestType Vertex AI's header for the service tier; empty where it has no effect
 * @param asksLong whether the endpoint knows responses in several hops: Vertex AI's {@code v1} does not
 * @param isOfSdk whether Google's own client asks, which follows hops by itself
 * @param files the caller's files that the request names, by URI
 */
public record Terms(
        boolean vertex,
        boolean streams,
        CallingProject caller,
        KnobSettings knobs,
        String requestType,
        boolean asksLong,
        boolean isOfSdk,
        Map<String, StoredFile> files) {

    public Terms {
        files = Map.copyOf(files);
    }

    public static Terms of(Target target, CallingProject caller) {
        boolean asksLong = !target.vertex() || !target.version().equals("v1");
        return new Terms(target.vertex(), target.streams(), caller, KnobSettings.NONE, "", asksLong, false, Map.of());
    }

    /** Returns these terms with what the headers say. @param apiClient {@code x-goog-api-client}; empty without one */
    public Terms withHeaders(String requestType, String apiClient) {
        boolean sdk = apiClient.contains("google-genai-sdk/");
        return new Terms(vertex, streams, caller, knobs, requestType, asksLong, sdk, files);
    }

    public Terms withKnobs(KnobSettings knobs) {
        return new Terms(vertex, streams, caller, knobs, requestType, asksLong, isOfSdk, files);
    }

    public Terms withFiles(Map<String, StoredFile> files) {
        return new Terms(vertex, streams, caller, knobs, requestType, asksLong, isOfSdk, files);
    }
}
