package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.json.JsonBody;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the fields that say how a response is drawn, and where it stops. */
final class SamplingFields {

    /** Gemini's limit (E42). */
    private static final int STOPS_MAX = 5;

    private final JsonBody json;
    private final List<String> stops = new ArrayList<>(0);
    private @Nullable Double temperature;
    private @Nullable Double topP;
    private @Nullable Integer topK;

    SamplingFields(JsonBody json) {
        this.json = json;
    }

    /** Returns false if the field is not one of these; it is unread then. */
    boolean take(String name) {
        switch (name) {
            case "temperature" -> temperature = json.number(0, 2);
            case "top_p" -> topP = json.number(0, 1);
            case "top_k" -> topK = json.integer(1, Integer.MAX_VALUE);
            case "stop_sequences" -> json.array(STOPS_MAX, this::stop);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Gemini refuses an empty one, and it would stop nothing. */
    private void stop() {
        String text = json.string();
        if (text.isEmpty()) {
            json.ignored(json.path());
        } else {
            stops.add(text);
        }
    }

    Sampling built() {
        return new Sampling(1, stops, temperature, topP, topK, null, null, false, null, null);
    }
}
