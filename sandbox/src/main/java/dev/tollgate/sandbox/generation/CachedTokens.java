package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.generation.PromptTokens.Modality;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import java.util.EnumMap;
import java.util.Map;

/**
 * The tokens of a prompt that came from the cache.
 *
 * @param byModality modalities without tokens are absent
 * @param detailed whether the usage tells the modalities
 */
record CachedTokens(Map<Modality, Integer> byModality, boolean detailed) {

    /** Returns what the knobs say of a prompt; what it shares with earlier ones if they ask for that. */
    static CachedTokens of(GoogleRequest ask, PromptPrefixes prefixes) {
        KnobSettings knobs = ask.terms().knobs();
        boolean detailed = !knobs.is(Knob.CACHED_AUDIO, "untold");
        if (knobs.has(Knob.IMPLICIT_CACHE)) {
            return new CachedTokens(prefixes.shared(ask), detailed);
        }
        int all = Math.min(knobs.number(Knob.CACHED, 0), PromptTokens.sum(PromptTokens.ofPrompt(ask)));
        int audio = detailed ? Math.min(knobs.number(Knob.CACHED_AUDIO, 0), all) : 0;
        Map<Modality, Integer> byModality = new EnumMap<>(Modality.class);
        putPositive(byModality, Modality.TEXT, all - audio);
        putPositive(byModality, Modality.AUDIO, audio);
        return new CachedTokens(byModality, detailed);
    }

    private static void putPositive(Map<Modality, Integer> counts, Modality modality, int tokens) {
        if (tokens > 0) {
            counts.put(modality, tokens);
        }
    }

    int sum() {
        return PromptTokens.sum(byModality);
    }
}
