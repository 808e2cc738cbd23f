package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.conversation.GoogleOptions.SafetySetting;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.error.ApiError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;

/** Writes {@code safetySettings} as the caller gave them; what Gemini refuses is a 400 here (protocol 1.7). */
public final class SafetyWriter {

    private static final Set<String> CATEGORIES = Set.of(
            "HARM_CATEGORY_HARASSMENT",
            "HARM_CATEGORY_HATE_SPEECH",
            "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT",
            "HARM_CATEGORY_CIVIC_INTEGRITY",
            "HARM_CATEGORY_JAILBREAK");

    private static final Set<String> THRESHOLDS =
            Set.of("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF");

    private SafetyWriter() {}

    public static void write(JsonGenerator json, List<SafetySetting> settings, Place body) {
        if (settings.isEmpty()) {
            return;
        }
        Set<String> seen = new HashSet<>();
        json.writeArrayPropertyStart("safetySettings");
        for (SafetySetting setting : settings) {
            require(CATEGORIES.contains(setting.category()), setting.category(), "is no category", CATEGORIES, body);
            require(THRESHOLDS.contains(setting.threshold()), setting.threshold(), "is no threshold", THRESHOLDS, body);
            require(
                    seen.add(setting.category()),
                    setting.category(),
                    "is set twice; each may be set once",
                    CATEGORIES,
                    body);
            json.writeStartObject();
            json.writeStringProperty("category", setting.category());
            json.writeStringProperty("threshold", setting.threshold());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void require(boolean holds, String value, String why, Set<String> allowed, Place body) {
        if (!holds) {
            String field = body.name(Place.Member.SAFETY);
            throw ApiError.invalid(
                            field, "'%s': '%s' %s; allowed: %s.".formatted(field, value, why, new TreeSet<>(allowed)))
                    .asException();
        }
    }
}
