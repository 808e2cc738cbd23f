package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.json.JsonBody;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads OpenAI's sampling fields. */
public final class SamplingReader {

    private static final int STOPS_MAX = 4;

    private final JsonBody json;
    private final List<String> stop = new ArrayList<>();

    private int n = 1;
    private @Nullable Double temperature;
    private @Nullable Double topP;
    private @Nullable Double presencePenalty;
    private @Nullable Double frequencyPenalty;
    private boolean logprobs;
    private @Nullable Integer topLogprobs;
    private @Nullable Long seed;

    public SamplingReader(JsonBody json) {
        this.json = json;
    }

    /** @return false if the field is not a sampling field; it is unread then */
    public boolean take(String name) {
        switch (name) {
            case "n" -> n = json.integer(1, 128);
            case "stop" -> stop();
            case "temperature" -> temperature = json.number(0, 2);
            case "top_p" -> topP = json.number(0, 1);
            case "presence_penalty" -> presencePenalty = json.number(-2, 2);
            case "frequency_penalty" -> frequencyPenalty = json.number(-2, 2);
            case "logprobs" -> logprobs = json.bool();
            case "top_logprobs" -> topLogprobs = json.integer(0, 20);
            case "seed" -> seed = json.longInteger(Long.MIN_VALUE, Long.MAX_VALUE);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void stop() {
        if (json.isString()) {
            addStop();
        } else if (json.isArray()) {
            json.array(STOPS_MAX, this::addStop);
        } else {
            throw json.refuse("a string or an array of at most 4 strings");
        }
    }

    /** Gemini refuses an empty one, and it would stop nothing. */
    private void addStop() {
        String text = json.string();
        if (text.isEmpty()) {
            json.ignored(json.path());
        } else {
            stop.add(text);
        }
    }

    void checkTogether() {
        if (topLogprobs != null && !logprobs) {
            throw JsonBody.invalid("top_logprobs", "needs 'logprobs' to be true.");
        }
    }

    public Sampling built(@Nullable Integer topK) {
        return new Sampling(
                n, stop, temperature, topP, topK, presencePenalty, frequencyPenalty, logprobs, topLogprobs, seed);
    }
}
