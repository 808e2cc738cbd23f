package dev.tollgate.sandbox;

import java.util.Map;

/**
 * What a request is answered under besides its body. Immutable.
 *
 * @param vertex whether Vertex AI is asked, which does some things differently
 * @param streams whether the answer comes in pieces
 * @param caller whose files and signatures count
 * @param knobs those in force
 * @param files the caller's files that the request names, by URI
 */
record Terms(boolean vertex, boolean streams, Caller caller, Knobs knobs, Map<String, StoredFile> files) {

    Terms {
        files = Map.copyOf(files);
    }

    static Terms of(Target target, Caller caller) {
        return new Terms(target.vertex(), target.streams(), caller, Knobs.NONE, Map.of());
    }

    Terms withKnobs(Knobs knobs) {
        return new Terms(vertex, streams, caller, knobs, files);
    }

    Terms withFiles(Map<String, StoredFile> files) {
        return new Terms(vertex, streams, caller, knobs, files);
    }
}
