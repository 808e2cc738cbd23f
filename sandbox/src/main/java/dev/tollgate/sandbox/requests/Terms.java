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
 * @param files the caller's files that the request names, by URI
 */
public record Terms(
        boolean vertex,
        boolean streams,
        CallingProject caller,
        KnobSettings knobs,
        String requestType,
        Map<String, StoredFile> files) {

    public Terms {
        files = Map.copyOf(files);
    }

    public static Terms of(Target target, CallingProject caller) {
        return new Terms(target.vertex(), target.streams(), caller, KnobSettings.NONE, "", Map.of());
    }

    public Terms withRequestType(String requestType) {
        return new Terms(vertex, streams, caller, knobs, requestType, files);
    }

    public Terms withKnobs(KnobSettings knobs) {
        return new Terms(vertex, streams, caller, knobs, requestType, files);
    }

    public Terms withFiles(Map<String, StoredFile> files) {
        return new Terms(vertex, streams, caller, knobs, requestType, files);
    }
}
